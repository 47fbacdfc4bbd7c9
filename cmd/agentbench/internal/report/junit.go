package report

import (
	"encoding/xml"
	"fmt"
	"io"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Name    string       `xml:"name,attr"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitFailure `xml:"failure"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
}

// WriteJUnit writes a suite for each scenario and a case for each check, and one that its figures are the agent's.
func (r *Report) WriteJUnit(w io.Writer) error {
	all := junitSuites{Name: "agentbench " + r.BenchmarkID}
	for _, name := range r.Names() {
		s := r.Scenarios[name]
		suite := junitSuite{Name: name, Time: fmt.Sprintf("%.3f", r.TotalDuration)}
		add := func(text, failure string) {
			one := junitCase{Class: "agentbench." + name, Name: text}
			if failure != "" {
				one.Failure = &junitFailure{failure}
				suite.Failures++
			}
			suite.Cases = append(suite.Cases, one)
		}
		add("the generator keeps up", s.Invalid)
		for _, c := range s.Checks {
			failure := ""
			if c.Status != Passed {
				failure = fmt.Sprintf("%s: it is %s", c.Status, count(c.Value))
			}
			add(c.Text, failure)
		}
		suite.Tests = len(suite.Cases)
		all.Suites = append(all.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	return e.Encode(all)
}
