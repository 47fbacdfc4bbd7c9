package target

import (
	jsoniter "github.com/json-iterator/go"
)

// piece is what one event, or one whole answer, says.
type piece struct {
	text    string
	in, out int64 // 0: not said
	done    bool  // the answer is complete
	failure string
}

// reader understands what a kind of target sends.
type reader interface {
	// event reads an event of a stream, whole an answer that is not streamed.
	event(data []byte) (piece, error)
	whole(data []byte) (piece, error)
	// marked says whether a complete stream ends with an event that says so.
	marked() bool
}

var json = jsoniter.ConfigCompatibleWithStandardLibrary

// paths reads by the paths of the scenario file.
type paths struct{ answer, in, out path }

func (p *paths) event(data []byte) (piece, error) {
	if string(data) == doneMark {
		return piece{done: true}, nil
	}
	return p.whole(data)
}

func (p *paths) whole(data []byte) (piece, error) {
	text := string(data)
	if p.answer != nil {
		text = p.answer.text(data)
	}
	return piece{text: text, in: p.in.number(data), out: p.out.number(data)}, nil
}

func (*paths) marked() bool { return false }

const doneMark = "[DONE]"

// chat is OpenAI's chat completions API.
type chat struct{}

type chatChoice struct {
	Delta, Message struct {
		Content string `json:"content"`
	}
}

type chatAnswer struct {
	Choices []chatChoice `json:"choices"`
	Usage   *struct {
		In  int64 `json:"prompt_tokens"`
		Out int64 `json:"completion_tokens"`
	} `json:"usage"`
	Error jsoniter.RawMessage `json:"error"`
}

func (chat) event(data []byte) (piece, error) {
	if string(data) == doneMark {
		return piece{done: true}, nil
	}
	return chat{}.whole(data)
}

func (chat) whole(data []byte) (p piece, err error) {
	var a chatAnswer
	if err := json.Unmarshal(data, &a); err != nil {
		return p, err
	}
	for _, c := range a.Choices {
		p.text += c.Delta.Content + c.Message.Content
	}
	if a.Usage != nil {
		p.in, p.out = a.Usage.In, a.Usage.Out
	}
	p.failure = failureText(a.Error)
	return p, nil
}

func (chat) marked() bool { return true }

// failureText is an error that an answer carries.
func failureText(e jsoniter.RawMessage) string {
	if s := string(e); s != "null" {
		return s
	}
	return ""
}

// responses is OpenAI's responses API.
type responses struct{}

type responsesAnswer struct {
	Type   string `json:"type"`
	Delta  string `json:"delta"`
	Output []struct {
		Content []struct {
			Text string `json:"text"`
		} `json:"content"`
	} `json:"output"`
	Usage *struct {
		In  int64 `json:"input_tokens"`
		Out int64 `json:"output_tokens"`
	} `json:"usage"`
	Error    jsoniter.RawMessage `json:"error"`
	Response *responsesAnswer    `json:"response"`
}

func (a *responsesAnswer) usage(p *piece) {
	if a.Usage != nil {
		p.in, p.out = a.Usage.In, a.Usage.Out
	}
	p.failure = failureText(a.Error)
}

func (responses) event(data []byte) (p piece, err error) {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		return p, err
	}
	var a responsesAnswer
	switch kind.Type {
	case "response.output_text.delta", "response.completed", "response.incomplete", "response.failed", "error":
		if err := json.Unmarshal(data, &a); err != nil {
			return p, err
		}
	}
	switch kind.Type {
	case "response.output_text.delta":
		p.text = a.Delta
	case "error":
		p.failure = string(data)
	case "response.completed", "response.incomplete", "response.failed":
		if a.Response != nil {
			a.Response.usage(&p)
		}
		p.done = true
		if kind.Type == "response.failed" && p.failure == "" {
			p.failure = kind.Type
		}
	}
	return p, nil
}

func (responses) whole(data []byte) (p piece, err error) {
	var a responsesAnswer
	if err := json.Unmarshal(data, &a); err != nil {
		return p, err
	}
	for _, o := range a.Output {
		for _, c := range o.Content {
			p.text += c.Text
		}
	}
	a.usage(&p)
	return p, nil
}

func (responses) marked() bool { return true }

// messages is Anthropic's API. Its input_tokens leave out what was read from and written to the cache.
type messages struct{}

type messagesUsage struct {
	In    int64 `json:"input_tokens"`
	Read  int64 `json:"cache_read_input_tokens"`
	Write int64 `json:"cache_creation_input_tokens"`
	Out   int64 `json:"output_tokens"`
}

type messagesAnswer struct {
	Type    string        `json:"type"`
	Usage   messagesUsage `json:"usage"`
	Message struct {
		Usage messagesUsage `json:"usage"`
	} `json:"message"`
	Delta struct {
		Text string `json:"text"`
	} `json:"delta"`
	Content []struct {
		Text string `json:"text"`
	} `json:"content"`
	Error jsoniter.RawMessage `json:"error"`
}

func (messages) event(data []byte) (piece, error) { return messages{}.whole(data) }

func (messages) whole(data []byte) (p piece, err error) {
	var a messagesAnswer
	if err := json.Unmarshal(data, &a); err != nil {
		return p, err
	}
	u := a.Usage
	if a.Type == "message_start" {
		u = a.Message.Usage
	}
	p.in, p.out = u.In+u.Read+u.Write, u.Out
	p.text = a.Delta.Text
	for _, c := range a.Content {
		p.text += c.Text
	}
	p.done = a.Type == "message_stop"
	if p.failure = failureText(a.Error); a.Type == "error" && p.failure == "" {
		p.failure = a.Type
	}
	return p, nil
}

func (messages) marked() bool { return true }
