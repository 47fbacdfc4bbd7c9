// Package moved takes the keys of a configuration that another component has now to where they are. It is a converter, so a file that was
// written for an older gateway says what it said, to `validate` as to a start, and the log says where the key went.
package moved

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"
)

// NewFactory makes the converter.
func NewFactory() confmap.ConverterFactory {
	return confmap.NewConverterFactory(func(set confmap.ConverterSettings) confmap.Converter {
		if set.Logger == nil {
			set.Logger = zap.NewNop()
		}
		return converter{set.Logger}
	})
}

type converter struct{ log *zap.Logger }

const agents = "cli_agents" // which signal of a command-line agent counts; genaimetrics had it, and budgets and events did not know

// Convert moves what genaimetrics says of command-line agents to each llmcost. What llmcost says itself holds, and two that say
// different things are refused, and so is the key without an llmcost.
func (c converter) Convert(_ context.Context, conf *confmap.Conf) error {
	settings := conf.ToStringMap()
	processors := named(settings, "processors", "llmcost")
	said, by := map[string]any{}, map[string]string{}
	var errs []error
	var rest []string
	for _, path := range slices.Sorted(maps.Keys(named(settings, "connectors", "genaimetrics"))) {
		one, _ := conf.Get(path + "::" + agents).(map[string]any)
		if one == nil {
			continue
		}
		for agent, signal := range one {
			if before, ok := said[agent]; ok && !reflect.DeepEqual(before, signal) {
				errs = append(errs, fmt.Errorf("%s::%s::%s: is %v, and %v in %s: one signal of an agent counts", path, agents, agent, signal, before, by[agent]))
			}
			said[agent], by[agent] = signal, path
		}
		if len(processors) == 0 {
			errs = append(errs, fmt.Errorf("%s::%s: is a key of the processor llmcost, and there is none", path, agents))
			continue
		}
		conf.Delete(path + "::" + agents)
		if !conf.IsSet(path) { // it had no other key, and Delete takes what is empty
			rest = append(rest, path)
		}
		c.log.Warn("cli_agents is a key of llmcost now, and was read as such; move it there", zap.String("from", path))
	}
	if err := errors.Join(errs...); err != nil || len(said) == 0 {
		return err
	}
	change := map[string]any{}
	for path, own := range processors {
		all := maps.Clone(said)
		if has, ok := own[agents].(map[string]any); ok {
			maps.Copy(all, has)
		}
		change[path+"::"+agents] = all
	}
	for _, path := range rest {
		change[path] = nil
	}
	return conf.Merge(confmap.NewFromStringMap(change))
}

// named are the components of a kind, by path.
func named(settings map[string]any, class, kind string) map[string]map[string]any {
	found := map[string]map[string]any{}
	all, _ := settings[class].(map[string]any)
	for id, one := range all {
		if id == kind || strings.HasPrefix(id, kind+"/") {
			found[class+"::"+id], _ = one.(map[string]any)
		}
	}
	return found
}
