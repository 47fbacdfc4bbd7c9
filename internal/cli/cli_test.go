package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		args        []string
		least, most int
		rest        []string
		on          bool
		err         error
		told        string
	}{
		"flags before":          {[]string{"-on", "a", "b"}, 2, 2, []string{"a", "b"}, true, nil, ""},
		"flags after":           {[]string{"a", "-on", "b"}, 2, 2, []string{"a", "b"}, true, nil, ""},
		"none":                  {nil, 0, 0, nil, false, nil, ""},
		"too few":               {[]string{"a"}, 2, 2, nil, false, ErrUsage, "usage: p c FILE"},
		"too many":              {[]string{"a", "b"}, 0, 1, nil, false, ErrUsage, "unexpected argument \"b\"\nusage: p c FILE"},
		"a flag that is none":   {[]string{"-off"}, 0, 0, nil, false, ErrUsage, "usage: p c FILE"},
		"help":                  {[]string{"-h"}, 0, 0, nil, false, flag.ErrHelp, "usage: p c FILE"},
		"after the end of them": {[]string{"-on", "--", "a"}, 1, 1, []string{"a"}, true, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			fs := Flags("p c", "FILE", &out)
			on := fs.Bool("on", false, "")
			rest, err := Parse(fs, c.args, c.least, c.most)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.rest, rest)
			require.Equal(t, c.on, *on && err == nil)
			require.Contains(t, out.String(), c.told)
		})
	}
}

func TestRun(t *testing.T) {
	failed := errors.New("failed")
	for name, c := range map[string]struct {
		args      []string
		err       error
		out, told string
	}{
		"a command":         {[]string{"do", "it"}, failed, "", ""},
		"help":              {[]string{"--help"}, nil, "how to", ""},
		"help of a command": {[]string{"help-me"}, nil, "", ""},
		"none":              {nil, ErrUsage, "", "how to"},
		"a wrong one":       {[]string{"undo"}, ErrUsage, "", "how to"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, told bytes.Buffer
			p := Program{Usage: "how to", Out: &out, Err: &told, Commands: map[string]func(context.Context, []string) error{
				"do": func(_ context.Context, args []string) error {
					require.Equal(t, []string{"it"}, args)
					return failed
				},
				"help-me": func(context.Context, []string) error { return flag.ErrHelp },
			}}
			require.ErrorIs(t, p.Run(t.Context(), c.args), c.err)
			require.Equal(t, c.out, out.String())
			require.Equal(t, c.told, told.String())
		})
	}
}
