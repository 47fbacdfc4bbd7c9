package genai

// Event names of alert records (docs: connector/budgetalert/README.md), one per transition.
const (
	EventBudgetAlert    = "llm.budget.alert"
	EventThresholdAlert = "llm.threshold.alert"
)

// Attributes of alert records. Times are RFC 3339 texts.
const (
	AlertID          = "alert.id" // deterministic: rule, group, period or start, transition
	AlertFingerprint = "alert.fingerprint"
	AlertName        = "alert.name"
	AlertType        = "alert.type"
	AlertSeverity    = "alert.severity" // the firing one, kept when it resolves: routing uses it
	AlertState       = "alert.state"
	AlertReason      = "alert.reason"
	AlertValue       = "alert.value"
	AlertThreshold   = "alert.threshold"
	AlertUnit        = "alert.unit"
	AlertMetric      = "alert.metric" // of a threshold on a metric: the metric, as its source calls it
	AlertStartsAt    = "alert.starts_at"
	AlertEndsAt      = "alert.ends_at"
	AlertDrivers     = "alert.drivers" // texts: the rows of the book that spent most
	AlertURL         = "alert.url"
	AlertElsewhere   = "alert.elsewhere" // true: another gateway told it; what this one holds of the alert ends

	BudgetName        = "budget.name"
	BudgetPeriod      = "budget.period"
	BudgetTimezone    = "budget.timezone" // IANA name; of the metrics that say when a period begins and ends
	BudgetPeriodStart = "budget.period_start"
	BudgetUnit        = "budget.unit"
	BudgetLimit       = "budget.limit"
	BudgetSpent       = "budget.spent"
	BudgetRemaining   = "budget.remaining"
	BudgetForecast    = "budget.forecast"
	BudgetResetsAt    = "budget.resets_at"
	BudgetExhaustsAt  = "budget.exhausts_at"
	BudgetLimitUSD    = "budget.limit_usd"
	BudgetSpentUSD    = "budget.spent_usd"
	BudgetForecastUSD = "budget.forecast_usd"
	BudgetGroupPrefix = "budget.group." // then the key
	AlertGroupPrefix  = "alert.group."  // the same for alerts that are no budget's
)

// EventCostReport is a log record of budgetalert's reports: one row of the book over one day, week or month.
const EventCostReport = "llm.cost.report"

// Attributes of report records, beside those that name the row.
const (
	ReportName     = "report.name"
	ReportStart    = "report.start" // RFC 3339
	ReportEnd      = "report.end"
	ReportUSD      = "report.cost_usd"
	ReportSavedUSD = "report.saved_usd"
	ReportCalls    = "report.calls"
	ReportFailed   = "report.failed_calls"
	ReportUnpriced = "report.unpriced_calls"
	ReportTokens   = "report.tokens"
)

// Values of budget.unit.
const (
	UnitUSD    = "USD"
	UnitTokens = "tokens"
	UnitCalls  = "calls"
)

// Values of alert.state.
const (
	AlertFiring   = "firing"
	AlertResolved = "resolved"
)

// Values of alert.severity.
const (
	SeverityInfo    = "info"
	SeverityWarning = "warning"
	SeverityError   = "error"
)

// Values of alert.type that are no budget's (those are the period's word, _BUDGET_ and WARNING, EXCEEDED, FORECAST or BURN_RATE).
// A threshold's own name is its type.
const (
	AlertHighMemory       = "HIGH_MEMORY_USAGE"
	AlertHighCPU          = "HIGH_CPU_USAGE"
	AlertSlowResponse     = "SLOW_RESPONSE"
	AlertHighErrorRate    = "HIGH_ERROR_RATE"
	AlertUnpricedUsage    = "UNPRICED_USAGE"
	AlertLateUsage        = "LATE_USAGE"
	AlertStoreReset       = "BUDGET_STORE_RESET"
	AlertStoreUnavailable = "BUDGET_STORE_UNAVAILABLE"
)

// BudgetScope is the instrumentation scope of everything budgetalert emits.
const BudgetScope = "github.com/otelcol-llm/otelcol-llm/connector/budgetalert"
