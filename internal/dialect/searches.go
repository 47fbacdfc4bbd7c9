package dialect

import "strings"

var (
	jOutputMessages = newText()
	jToolCalls      = newText()
	tToolsOffered   = newText()
)

// searches counts what the provider searched and ran while it answered, which it bills and which stands among the answer's tool calls: known
// by the type of the call, or by the ids that Anthropic and OpenAI give to calls of their own tools. OpenAI's may have opened a page only, which
// costs nothing.
type searches struct{ made, calls, results, pages, files, runs int64 }

func (n *searches) call(kind, id, name, action string) {
	switch {
	case kind == "tool_call" && name == "file_search" && strings.HasPrefix(id, "fs_"):
		n.files++
	case kind == "tool_call" && name == "code_interpreter" && strings.HasPrefix(id, "ci_"):
		n.runs++
	case !strings.HasPrefix(name, "web_search") && kind != "tool_call_response":
	case kind == "server_tool_call", kind == "tool_call" && strings.HasPrefix(id, "srvtoolu_"):
		n.made++
	case kind == "tool_call" && strings.HasPrefix(id, "ws_"):
		n.calls++
	case kind == "tool_call_response" && strings.HasPrefix(id, "ws_"):
		n.results++
		if action != "" && action != "search" {
			n.pages++
		}
	}
}

// tell is for what no usage tells better. A call without its result may have been no search.
func (n *searches) tell(f *facts) {
	if sum := n.made + n.calls - n.pages; sum > 0 {
		f.add(nWebSearches, sum, jsonRank+1)
		f.toolFee = f.toolFee || n.calls > n.results
	}
	if n.files > 0 {
		f.add(nFileSearches, n.files, jsonRank+1)
	}
	if n.runs > 0 {
		f.add(nCodeRuns, n.runs, jsonRank+1)
	}
}

// toolIDs are how the ids of providers' own tools begin, as they stand in JSON.
var toolIDs = [...]string{`"ws_`, `"srvtoolu_`, `"fs_`, `"ci_`, `"server_tool_call"`}

// mayTell says in a fraction of the time of reading it that an answer is worth being read.
func mayTell(s string) bool {
	for _, id := range toolIDs {
		if strings.Contains(s, id) {
			return true
		}
	}
	return false
}

// searchesInMessages reads the messages of an answer as the conventions have them.
func searchesInMessages(r *reading, s string) {
	if !strings.Contains(s, "_call") || !mayTell(s) { // most answers are words, which seldom have an underscore to look behind
		return
	}
	var n searches
	p := scanJSON(s)
	for p.enter('['); p.more(']'); {
		for key := range p.members {
			if key != "parts" || !p.enter('[') {
				p.skip()
				continue
			}
			for p.more(']') {
				n.part(&p)
			}
		}
	}
	n.tell(r.f)
}

func (n *searches) part(p *jsonScan) {
	var kind, id, name, action string
	for key := range p.members {
		switch key {
		case "type":
			kind = p.text()
		case "id":
			id = p.text()
		case "name":
			name = p.text()
		case "response":
			_, action = itemType(p)
		default:
			p.skip()
		}
	}
	n.call(kind, id, name, action)
}

// searchesInToolCalls reads the tool calls of the AI SDK up to 6, which come without their results.
func searchesInToolCalls(r *reading, s string) {
	if !mayTell(s) {
		return
	}
	var n searches
	p := scanJSON(s)
	for p.enter('['); p.more(']'); {
		var id, name string
		for key := range p.members {
			switch key {
			case "toolCallId":
				id = p.text()
			case "toolName":
				name = p.text()
			default:
				p.skip()
			}
		}
		n.call("tool_call", id, name, "")
	}
	n.tell(r.f)
}
