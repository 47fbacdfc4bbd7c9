// Package cli is how the programs of this repository take commands and flags.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
)

// ErrUsage is a wrong call of a program, which the user has been told.
var ErrUsage = errors.New("wrong usage")

// Program is one that has commands. Usage is its whole help.
type Program struct {
	Usage    string
	Out, Err io.Writer
	Commands map[string]func(ctx context.Context, args []string) error
}

// Run does the command that args begin with. Without one, or with a wrong one, it is ErrUsage; asked for help it gives it.
func (p *Program) Run(ctx context.Context, args []string) error {
	if len(args) > 0 && (args[0] == "-h" || args[0] == "--help" || args[0] == "help") {
		fmt.Fprint(p.Out, p.Usage)
		return nil
	}
	if len(args) == 0 || p.Commands[args[0]] == nil {
		fmt.Fprint(p.Err, p.Usage)
		return ErrUsage
	}
	if err := p.Commands[args[0]](ctx, args[1:]); !errors.Is(err, flag.ErrHelp) {
		return err
	}
	return nil
}

// Flags makes the flag set of a command; args is what its usage says of the arguments.
func Flags(command, args string, out io.Writer) *flag.FlagSet {
	fs := flag.NewFlagSet(command, flag.ContinueOnError)
	fs.SetOutput(out)
	fs.Usage = func() {
		fmt.Fprintf(out, "usage: %s %s\n", command, args)
		fs.PrintDefaults()
	}
	return fs
}

// Parse reads flags before and after the arguments, of which there must be least to most.
func Parse(fs *flag.FlagSet, args []string, least, most int) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, ErrUsage
		}
		if args = fs.Args(); len(args) == 0 {
			break
		}
		rest, args = append(rest, args[0]), args[1:]
	}
	if len(rest) > most {
		fmt.Fprintf(fs.Output(), "unexpected argument %q\n", rest[most])
	}
	if len(rest) < least || len(rest) > most {
		fs.Usage()
		return nil, ErrUsage
	}
	return rest, nil
}
