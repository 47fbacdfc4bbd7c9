package genaimetrics

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

func (e *engine) observeAgent(o *observation) {
	op := &o.op
	r := e.route(&labels{
		lblService: o.service, lblOperation: op.Name, lblAgent: op.Agent, lblStatus: op.Failure.Status(),
		lblErrorType: op.FailureType(), lblComponent: genai.ComponentAgent,
	}, o.dims)
	e.add(r, slotAgentRequests, o.weight)
	e.addError(r, o)
	if o.timed {
		e.record(r, slotAgentDuration, o.seconds(), o)
		if e.genai01 {
			e.record(r, slotInvokeAgentDuration, o.seconds(), o)
		}
	}
	if e.langchain {
		e.add(r, slotLCRequests, o.weight)
		if o.timed {
			e.record(r, slotLCRequestDuration, o.seconds(), o)
		}
	}
}

func (e *engine) observeTool(o *observation) {
	op := &o.op
	r := e.route(&labels{
		lblService: o.service, lblTool: op.Tool, lblStatus: op.Failure.Status(),
		lblErrorType: op.FailureType(), lblComponent: genai.ComponentTool,
	}, o.dims)
	e.addError(r, o)
	if o.timed {
		e.record(r, slotToolDuration, o.seconds(), o)
	}
	if e.langchain {
		e.add(r, slotLCToolExecutions, o.weight)
		if o.timed {
			e.record(r, slotLCToolDuration, o.seconds(), o)
		}
	}
}

// observeRetrieval counts only what failed: a search has no metric of its own.
func (e *engine) observeRetrieval(o *observation) {
	if o.op.Failure == genai.Succeeded {
		return
	}
	e.addError(e.route(&labels{
		lblService: o.service, lblErrorType: o.op.FailureType(), lblComponent: genai.ComponentRetrieval,
	}, o.dims), o)
}

func (e *engine) observeCache(o *observation) {
	op := &o.op
	result := "" // a set neither hits nor misses
	if op.CacheOperation == genai.CacheGet {
		result = genai.CacheMiss
		if op.CacheHit {
			result = genai.CacheHit
		}
	}
	r := e.route(&labels{lblService: o.service, lblCacheOp: op.CacheOperation, lblCacheResult: result}, o.dims)
	e.add(r, slotCache, o.weight)
	if e.langchain {
		e.add(r, slotLCCache, o.weight)
	}
}
