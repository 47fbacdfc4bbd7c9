package dialect

import "strings"

var (
	jOutputMessages = newText()
	jToolCalls      = newText()
)

// searches counts what the provider searched and ran while it answered, which it bills and which stands among the answer's tool calls: known
// by the type of the call, or by the ids that Anthropic and OpenAI give to calls of their own tools. OpenAI's may have opened a page only, which
// costs nothing, and Anthropic's may have failed.
type searches struct{ made, calls, results, pages, files, runs, others int64 }

func (n *searches) call(kind, id, name, action string) {
	tag, _, _ := strings.Cut(id, "_")
	switch {
	case kind == "server_tool_call", kind == "tool_call" && tag == "srvtoolu":
		if strings.HasPrefix(name, "web_search") {
			n.made++
		} else if strings.HasSuffix(name, "code_execution") || name == "code_interpreter" {
			n.runs++
		}
	case kind == "tool_call":
		n.openAI(tag, name)
	case kind == "tool_call_response" && tag == "ws":
		n.results++
		if action != "" && action != "search" {
			n.pages++
		}
	}
}

func (n *searches) openAI(tag, name string) {
	switch {
	case tag == "ws" && strings.HasPrefix(name, "web_search"):
		n.calls++
	case tag == "fs" && name == "file_search":
		n.files++
	case tag == "ci" && name == "code_interpreter":
		n.runs++
	case tag == "ig" && name == "image_generation": // the images are another model's
		n.others++
	}
}

// tell is for what no usage tells better. A call without its result may have been no search.
func (n *searches) tell(f *facts, s string) {
	if n.made > 0 {
		n.made -= failures(s)
	}
	if sum := n.made + n.calls - n.pages; sum > 0 {
		f.add(nWebSearches, sum, jsonRank+1)
	}
	f.toolFee = f.toolFee || n.calls > n.results || n.others > 0
	if n.files > 0 {
		f.add(nFileSearches, n.files, jsonRank+1)
	}
	if n.runs > 0 {
		f.add(nCodeRuns, n.runs, jsonRank+1)
	}
}

// failures is how many of Anthropic's searches failed, which are not billed.
func failures(answer string) int64 {
	return int64(strings.Count(answer, `"web_search_tool_result_error"`))
}

// toolIDs are how the ids of providers' own tools begin, as they stand in JSON.
var toolIDs = [...]string{`"ws_`, `"srvtoolu_`, `"fs_`, `"ci_`, `"ig_`, `"server_tool_call"`}

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
	n.tell(r.f, s)
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
			_, _, action = block(p)
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
	n.tell(r.f, s)
}
