package hostresources

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"time"
)

// matcher says which component a process belongs to: that of the first entry of the configuration that matches.
type matcher struct {
	rules []rule
	src   *source
	// search is set when some entry looks for processes by name or command line, so that all of them must be looked at.
	search bool
}

type rule struct {
	component string
	name      string
	command   *regexp.Regexp
	pidFile   string
	self      bool

	pid int // of pidFile or self, found at the last refresh; 0 is none
}

func newMatcher(src *source, processes []ProcessConfig) (*matcher, error) {
	m := &matcher{src: src}
	for _, p := range processes {
		r := rule{component: p.Component, name: p.Match.Name, pidFile: p.Match.PIDFile, self: p.Match.Self}
		if p.Match.Command != "" {
			re, err := regexp.Compile(p.Match.Command)
			if err != nil {
				return nil, err
			}
			r.command = re
		}
		m.search = m.search || r.name != "" || r.command != nil
		m.rules = append(m.rules, r)
	}
	return m, nil
}

// refresh reads the pid files again. A file that is not there is a process that is not running.
func (m *matcher) refresh(f *faults, now time.Time) {
	for i := range m.rules {
		r := &m.rules[i]
		switch {
		case r.self:
			r.pid = os.Getpid()
		case r.pidFile != "":
			pid, err := m.readPIDFile(r.pidFile)
			if errors.Is(err, fs.ErrNotExist) {
				err = errGone
			}
			if err != nil {
				f.failed(resourceProcesses, "pid_file of component "+r.component, err, now)
			}
			r.pid = pid
		}
	}
}

func (m *matcher) readPIDFile(name string) (int, error) {
	b, err := m.src.readFile(name)
	if err != nil {
		return 0, err
	}
	f := bytes.Fields(b[:min(len(b), 64)])
	if len(f) == 0 {
		return 0, errGone // being written
	}
	pid, err := strconv.ParseInt(string(f[0]), 10, 32)
	if err != nil || pid < 1 {
		return 0, fmt.Errorf("%s must begin with a process id, got %q", name, f[0])
	}
	return int(pid), nil
}

// candidates lists the pids to look at: every process, or only those that are known by pid.
func (m *matcher) candidates(dst []int) ([]int, error) {
	if m.search {
		return m.src.pids(dst)
	}
	for i := range m.rules {
		if m.rules[i].pid != 0 {
			dst = append(dst, m.rules[i].pid)
		}
	}
	return dst, nil
}

// component finds the entry that a process matches. Name and command line are read only if an entry asks for them.
func (m *matcher) component(pid int) (component string, ok bool, err error) {
	var name, command string
	var haveName, haveCommand bool
	for i := range m.rules {
		r := &m.rules[i]
		switch {
		case r.name != "":
			if !haveName {
				if name, err = m.src.name(pid); err != nil {
					return "", false, err
				}
				haveName = true
			}
			ok = name == r.name
		case r.command != nil:
			if !haveCommand {
				if command, err = m.src.command(pid); err != nil {
					return "", false, err
				}
				haveCommand = true
			}
			ok = command != "" && r.command.MatchString(command)
		default:
			ok = r.pid == pid
		}
		if ok {
			return r.component, true, nil
		}
	}
	return "", false, nil
}
