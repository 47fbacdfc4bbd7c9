package genaimetrics

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

// label is one thing that a metric can be split by. Its name as a point attribute depends on the family of names.
type label uint8

const (
	lblService label = iota
	lblOperation
	lblProvider
	lblModel
	lblStatus
	lblErrorType
	lblCostStatus
	lblReason
	lblComponent
	lblAgent
	lblTool
	lblCacheOp
	lblCacheResult
	lblEvaluation
	numLabels
	lblPart // not a label of a route: the part of a slot
)

type key struct {
	label label
	name  string
}

// Point attributes by naming.
var (
	kService    = key{lblService, genai.ServiceName}
	kOperation  = key{lblOperation, genai.OperationName}
	kProvider   = key{lblProvider, genai.ProviderName}
	kModel      = key{lblModel, genai.RequestModel}
	kStatus     = key{lblStatus, genai.AttrStatus}
	kErrorType  = key{lblErrorType, genai.ErrorType}
	kTokenType  = key{lblPart, genai.TokenType}
	kBilledTool = key{lblPart, genai.ToolName}
	kModality   = key{lblPart, genai.TokenModality}
	kCostStatus = key{lblCostStatus, genai.CostStatus}
	kReason     = key{lblReason, genai.AttrReason}
	kComponent  = key{lblComponent, genai.AttrComponent}
	kAgent      = key{lblAgent, genai.AgentName}
	kTool       = key{lblTool, genai.ToolName}
	kCacheOp    = key{lblCacheOp, genai.AttrOperation}
	kResult     = key{lblCacheResult, genai.AttrResult}
	kEvaluation = key{lblEvaluation, genai.EvaluationName}

	lcAgent     = key{lblAgent, genai.AttrAgentType}
	lcOperation = key{lblOperation, genai.AttrOperation}
	lcModel     = key{lblModel, genai.AttrModel}
	lcProvider  = key{lblProvider, genai.AttrProvider}
	lcTokenType = key{lblPart, genai.AttrTokenType}
	lcTool      = key{lblTool, genai.AttrToolName}
	lcErrorType = key{lblErrorType, genai.AttrErrorType}
	lcMetric    = key{lblEvaluation, genai.AttrMetricType}
)
