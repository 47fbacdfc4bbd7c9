package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// startChildren starts n idle processes of the name that both receivers look for. They end when stop closes their standard input.
func startChildren(n int) (stop func(), err error) {
	dir, err := os.MkdirTemp("", "hostbench")
	if err != nil {
		return nil, err
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	link := filepath.Join(dir, childName)
	if err := os.Symlink(exe, link); err != nil {
		return nil, err
	}
	var inputs []io.Closer
	var commands []*exec.Cmd
	stop = func() {
		for i, in := range inputs {
			_ = in.Close()
			_ = commands[i].Wait()
		}
		_ = os.RemoveAll(dir)
	}
	for range n {
		cmd := exec.Command(link)
		cmd.Env = append(os.Environ(), "HOSTBENCH_CHILD=1")
		in, err := cmd.StdinPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			stop()
			return nil, err
		}
		inputs, commands = append(inputs, in), append(commands, cmd)
	}
	return stop, nil
}

func waitAsChild() { _, _ = io.Copy(io.Discard, os.Stdin) }
