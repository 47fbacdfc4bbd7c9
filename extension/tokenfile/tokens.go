package tokenfile

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"os"
	"strings"
)

// tokens are hashes, so that comparing takes as long for every token, whatever its length.
type tokens [][sha256.Size]byte

var errNoToken = errors.New("has no token")

// byteOrderMark begins files that some editors write.
const byteOrderMark = "\ufeff"

// parse takes the first word of each line; what follows it and lines that begin with # are comments.
func parse(text string) (tokens, error) {
	var all tokens
	for line := range strings.Lines(strings.TrimPrefix(text, byteOrderMark)) {
		if words := strings.Fields(line); len(words) > 0 && words[0][0] != '#' {
			all = append(all, sha256.Sum256([]byte(words[0])))
		}
	}
	if len(all) == 0 {
		return nil, errNoToken
	}
	return all, nil
}

func readFile(name string) (tokens, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	all, err := parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return all, nil
}

// have compares with every token, whichever it is.
func (all tokens) have(token string) bool {
	hash, found := sha256.Sum256([]byte(token)), 0
	for i := range all {
		found |= subtle.ConstantTimeCompare(all[i][:], hash[:])
	}
	return found == 1
}

// bearer is the token of an Authorization header, whose name and scheme are written in any case.
func bearer(headers map[string][]string) (string, error) {
	for name, values := range headers {
		if !strings.EqualFold(name, "authorization") || len(values) == 0 {
			continue
		}
		scheme, token, ok := strings.Cut(values[0], " ")
		if token = strings.TrimSpace(token); !ok || token == "" || !strings.EqualFold(scheme, "bearer") {
			return "", errors.New("the authorization header has no bearer token")
		}
		return token, nil
	}
	return "", errors.New("there is no authorization header")
}
