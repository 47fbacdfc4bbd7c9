package dialect

var (
	tMlflowType   = newText()
	jMlflowUsage  = newText()
	jMlflowCost   = newText()
	nMlflowInput  = newTally()
	nMlflowOutput = newTally()
)

// mlflow writes every value as JSON, strings in quotes too.
var mlflow = &client{
	name: "mlflow",
	keys: join(
		texts(tMlflowType, genAI, "mlflow.spanType"),
		texts(tModelName, genAI, "mlflow.llm.model"),
		texts(tSideProvider, genAI, "mlflow.llm.provider"),
		texts(jMlflowUsage, genAI, "mlflow.chat.tokenUsage"),
		texts(jMlflowCost, plain, "mlflow.llm.cost"),
	),
	words: []word{{fact: tMlflowType}},
	json:  []member{{fact: jMlflowUsage, read: func(r *reading, s string) { r.f.readUsage(unwrap(s), nMlflowInput, nMlflowOutput) }, pair: true}},
	pairs: []pair{{in: nMlflowInput, out: nMlflowOutput}},
	costs: []cost{{in: jMlflowCost, name: "total_cost"}},
}
