package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/hostmetricsreceiver"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/otelcol-llm/otelcol-llm/receiver/hostresources"
)

// childName is the executable name of the processes that both receivers follow.
const childName = "hostbench-child"

func hostresourcesFactory() receiver.Factory { return hostresources.NewFactory() }

func hostmetricsFactory() receiver.Factory { return hostmetricsreceiver.NewFactory() }

// ours and peers are configured to report the same things of the host and of the processes, hostmetrics' extras turned off.
func ours(collect, sample time.Duration) map[string]any {
	return map[string]any{
		"collection_interval": collect.String(), "initial_delay": "1ms", "sample_interval": sample.String(),
		"cgroup":  false, // hostmetrics knows no limits and leaves no device out
		"network": map[string]any{"include": []any{"*"}}, "disk": map[string]any{"include": []any{"*"}},
		"processes": []any{map[string]any{"component": "child", "match": map[string]any{"name": childName}}},
	}
}

func peers(collect time.Duration) map[string]any {
	on, off := map[string]any{"enabled": true}, map[string]any{"enabled": false}
	return map[string]any{
		"collection_interval": collect.String(), "initial_delay": "1ms",
		"scrapers": map[string]any{
			"cpu":     map[string]any{"metrics": map[string]any{"system.cpu.utilization": on, "system.cpu.time": off}},
			"memory":  map[string]any{"metrics": map[string]any{"system.memory.utilization": on, "system.memory.limit": on, "system.linux.memory.available": on}},
			"paging":  map[string]any{"metrics": map[string]any{"system.paging.utilization": on}},
			"load":    map[string]any{},
			"disk":    map[string]any{"metrics": diskExtras(off)},
			"network": map[string]any{"metrics": map[string]any{"system.network.connections": off}},
			"process": map[string]any{
				"include": map[string]any{"names": []any{childName}, "match_type": "strict"},
				"metrics": map[string]any{
					"process.cpu.utilization": on, "process.open_file_descriptors": on, "process.uptime": on,
					"process.cpu.time": off, "process.disk.io": off, "process.memory.virtual": off,
				},
				"resource_attributes": map[string]any{
					"process.command": off, "process.command_line": off, "process.executable.path": off,
					"process.owner": off, "process.parent_pid": off,
				},
				"mute_process_all_errors": true,
			},
		},
	}
}

func diskExtras(off map[string]any) map[string]any {
	m := map[string]any{}
	for _, name := range []string{"io_time", "merged", "operation_time", "pending_operations", "weighted_io_time"} {
		m["system.disk."+name] = off
	}
	return m
}

// sink keeps the reports of a receiver.
type sink struct {
	mu      sync.Mutex
	reports []pmetric.Metrics
}

func (*sink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (s *sink) ConsumeMetrics(_ context.Context, md pmetric.Metrics) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reports = append(s.reports, md)
	return nil
}

func (s *sink) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.reports)
}

func start(f receiver.Factory, raw map[string]any, to *sink) (component.Component, error) {
	cfg := f.CreateDefaultConfig()
	if err := confmap.NewFromStringMap(raw).Unmarshal(cfg); err != nil {
		return nil, err
	}
	r, err := f.CreateMetrics(context.Background(), receivertest.NewNopSettings(f.Type()), cfg, to)
	if err != nil {
		return nil, err
	}
	if err := r.Start(context.Background(), componenttest.NewNopHost()); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Type(), err)
	}
	return r, nil
}

// isChild says whether this process is one of those that are followed.
func isChild() bool { return os.Getenv("HOSTBENCH_CHILD") != "" }
