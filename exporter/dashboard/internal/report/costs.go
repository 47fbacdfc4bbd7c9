package report

import "time"

// Spend is the head of Costs, and the event spend of /events.
type Spend struct {
	Timestamp time.Time    `json:"timestamp"`
	AsOf      *time.Time   `json:"as_of"`
	TimeZone  string       `json:"time_zone"`
	Current   CurrentCosts `json:"current_costs"`
	Compare   Compare      `json:"compare"`
	Status    BudgetStatus `json:"budget_status"`
}

// Costs is the answer of /costs. Days and months are those of TimeZone.
type Costs struct {
	Spend
	Budgets        []Budget            `json:"budgets"`
	Usage          UsageBreakdown      `json:"usage_breakdown"`
	Optimization   OptimizationMetrics `json:"optimization_metrics"`
	Infrastructure Infrastructure      `json:"infrastructure"`
	LastDays       []Day               `json:"last_7_days"`
	ByModel        []CostRow           `json:"by_model"`
	ByAgent        []CostRow           `json:"by_agent"`
	ByGroup        []CostRow           `json:"by_group"`
	Changes        []Change            `json:"changes"`
	Unpriced       []Unpriced          `json:"unpriced"`
}

// CurrentCosts are USD.
type CurrentCosts struct {
	Daily            *float64 `json:"daily"`
	Monthly          *float64 `json:"monthly"`
	ProjectedMonthly *float64 `json:"projected_monthly"`
}

// Compare is what was spent by the same time of yesterday and of last month, USD.
type Compare struct {
	Yesterday *float64 `json:"yesterday_same_time"`
	LastMonth *float64 `json:"last_month_same_time"`
}

// BudgetStatus is of the daily and the monthly budget that have no groups.
type BudgetStatus struct {
	DailyBudget        *float64 `json:"daily_budget"`
	MonthlyBudget      *float64 `json:"monthly_budget"`
	DailyUtilization   *float64 `json:"daily_utilization"`
	MonthlyUtilization *float64 `json:"monthly_utilization"`
}

// Budget is one group of one budget.
type Budget struct {
	Name        string            `json:"name"`
	Period      string            `json:"period"`
	Unit        string            `json:"unit"`
	Group       map[string]string `json:"group"`
	Limit       *float64          `json:"limit"`
	Spent       *float64          `json:"spent"`
	Remaining   *float64          `json:"remaining"`
	Utilization *float64          `json:"utilization_percent"`
	Forecast    *float64          `json:"forecast"`
	StartsAt    *time.Time        `json:"starts_at"`
	ResetsAt    *time.Time        `json:"resets_at"`
	ExhaustsAt  *time.Time        `json:"exhausts_at"`
	TimeZone    *string           `json:"time_zone"`
}

// UsageBreakdown is of today.
type UsageBreakdown struct {
	TotalTokens *float64           `json:"total_tokens"`
	Calls       *float64           `json:"api_calls"`
	CostByModel map[string]float64 `json:"cost_by_model"`
}

// OptimizationMetrics are of today, USD.
type OptimizationMetrics struct {
	CacheSavings *float64 `json:"cache_savings"`
	TotalSavings *float64 `json:"total_savings"`
}

// Infrastructure is what the machine costs, USD an hour.
type Infrastructure struct {
	Compute *float64 `json:"compute_cost_per_hour"`
	Storage *float64 `json:"storage_cost_per_hour"`
}

// Day is one day of TimeZone.
type Day struct {
	Date   string   `json:"date"`
	USD    *float64 `json:"usd"`
	Calls  *float64 `json:"calls"`
	Tokens *float64 `json:"tokens"`
}

// CostRow is a part of what was spent today. The parts of one list add up to current_costs.daily.
type CostRow struct {
	Name     string            `json:"name"`
	Model    *string           `json:"model,omitempty"`
	Provider *string           `json:"provider,omitempty"`
	Agent    *string           `json:"agent,omitempty"`
	Group    map[string]string `json:"group,omitempty"`
	USD      *float64          `json:"usd"`
	Share    *float64          `json:"share_percent"`
	Calls    *float64          `json:"calls"`
	Tokens   *float64          `json:"tokens"`
	Change   *float64          `json:"change_percent"`
	Rest     bool              `json:"rest"`
}

// What a row is called that is the rest: what the total has and no row of the history.
const (
	BeforeHistory = "before the history began"
	NotSplit      = "not in the history yet"
)

// Change is a driver: what grew or shrank most against the same part of yesterday.
type Change struct {
	Dimension string   `json:"dimension"`
	Name      string   `json:"name"`
	USD       float64  `json:"usd"`
	Before    float64  `json:"before_usd"`
	Delta     float64  `json:"delta_usd"`
	Percent   *float64 `json:"change_percent"`
}

// Unpriced is what has no cost, today.
type Unpriced struct {
	Provider string   `json:"provider"`
	Model    string   `json:"model"`
	Reason   string   `json:"reason"`
	Calls    *float64 `json:"calls"`
	Tokens   *float64 `json:"tokens"`
}

// CostDays is the answer of /costs/days.
type CostDays struct {
	Timestamp time.Time  `json:"timestamp"`
	TimeZone  string     `json:"time_zone"`
	From      string     `json:"from"`
	To        string     `json:"to"`
	Days      []ModelDay `json:"days"`
}

// ModelDay is one model on one day. The token columns are disjoint.
type ModelDay struct {
	Date       string   `json:"date"`
	Model      string   `json:"model"`
	Provider   string   `json:"provider"`
	Input      *float64 `json:"input"`
	Output     *float64 `json:"output"`
	CacheWrite *float64 `json:"cache_write"`
	CacheRead  *float64 `json:"cache_read"`
	USD        *float64 `json:"usd"`
	Rest       bool     `json:"rest"`
}
