package alert

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// version is the first byte of an encoded alert. A reader knows fields that it does not have as none, so only a change of meaning is a new
// version.
const version = 1

var (
	errTooLong = fmt.Errorf("the encoded alert is longer than %d bytes", maxEncoded)
	errNoAlert = errors.New("event, id, fingerprint, state or severity is missing or unknown")
)

// Encode writes an alert for a store. Texts that are too long are cut; the result is never longer than Decode takes.
func (a *Alert) Encode() []byte {
	b := a.bounded()
	var out bytes.Buffer
	out.WriteByte(version)
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(&b); err != nil {
		panic(err) // bounded leaves nothing that JSON cannot say
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// Decode reads what Encode wrote.
func Decode(body []byte) (Alert, error) {
	if len(body) > maxEncoded {
		return Alert{}, errTooLong
	}
	if len(body) == 0 || body[0] != version {
		return Alert{}, fmt.Errorf("the encoded alert is of an unknown version (%x), must be %d", body[:min(len(body), 1)], version)
	}
	var a Alert
	if err := json.Unmarshal(body[1:], &a); err != nil {
		return Alert{}, fmt.Errorf("the encoded alert is damaged: %w", err)
	}
	if !a.valid() {
		return Alert{}, fmt.Errorf("the encoded alert is damaged: %w", errNoAlert)
	}
	return a.bounded(), nil
}
