package bench

import (
	"errors"
	"path/filepath"
)

// dashboardRows compare the default configuration with the same without the dashboard.
func dashboardRows(Effort) ([]Row, error) {
	return withBinary(func(dir, binary string) (rows []Row, err error) {
		without := filepath.Join(dir, "no-dashboard.yaml")
		if err := writeChanged(without, dropDashboard); err != nil {
			return nil, err
		}
		agents, err := AgentMix()
		if err != nil {
			return nil, err
		}
		calls, err := CallsOnly(100, FourModels)
		if err != nil {
			return nil, err
		}
		for _, b := range []*Batch{agents, calls} {
			// A round must be longer than the metrics interval: between metrics the history has nothing to do.
			effort := PipelineEffort{Rounds: 3, Requests: max(20, 400_000/b.Spans), Senders: 4}
			p, err := ComparePipelines(b, effort, Setup{Binary: binary, Config: defaultConfig}, Setup{Binary: binary, Config: without})
			if err != nil {
				return rows, err
			}
			rows = append(rows, cpuRow(b.Name, "the dashboard", p))
		}
		return rows, nil
	})
}

// dropDashboard takes the dashboard out of all pipelines.
func dropDashboard(conf map[string]any) error {
	removed := 0
	for _, p := range conf["service"].(map[string]any)["pipelines"].(map[string]any) {
		removed += dropExporter(p.(map[string]any), "dashboard")
	}
	if removed == 0 {
		return errors.New("the default configuration has no dashboard")
	}
	return nil
}
