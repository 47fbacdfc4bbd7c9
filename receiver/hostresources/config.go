package hostresources

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/scraper/scraperhelper"
)

// Values of resources.
const (
	resourceCPU       = "cpu"
	resourceMemory    = "memory"
	resourcePaging    = "paging"
	resourceLoad      = "load"
	resourceDisk      = "disk"
	resourceNetwork   = "network"
	resourceProcesses = "processes" // in warnings and telemetry only: the processes key turns it on
)

// Values of naming.
const (
	namingSemconv   = "semconv"
	namingLangchain = "langchain"
)

const (
	minSampleInterval = 100 * time.Millisecond // the kernel counts CPU time in ticks of 10 ms
	maxUSDPerHour     = 1e6
	maxCap            = 10_000
)

var (
	allResources = []string{resourceCPU, resourceMemory, resourcePaging, resourceLoad, resourceDisk, resourceNetwork}
	allNamings   = []string{namingSemconv, namingLangchain}
)

// Config is the receiver's configuration; README.md has every key with its default.
type Config struct {
	scraperhelper.ControllerConfig `mapstructure:",squash"`

	// SampleInterval is how often CPU, memory and swap are read between two reports.
	SampleInterval time.Duration `mapstructure:"sample_interval"`
	// Resources says what is read of the host; an empty list reads processes only.
	Resources []string `mapstructure:"resources"`
	// Cgroup makes the limits of the receiver's cgroup decide what 100 % is.
	Cgroup bool `mapstructure:"cgroup"`
	// Processes chooses processes; a process belongs to the first entry that matches it.
	Processes []ProcessConfig `mapstructure:"processes"`
	// MaxProcesses caps how many processes are followed, MaxDevices how many disks and how many network interfaces.
	MaxProcesses int `mapstructure:"max_processes"`
	MaxDevices   int `mapstructure:"max_devices"`
	// Disk and Network choose disks and network interfaces; by default the virtual ones are left out.
	Disk    DevicesConfig `mapstructure:"disk"`
	Network DevicesConfig `mapstructure:"network"`
	// Naming says under which names the memory of processes is reported.
	Naming []string `mapstructure:"naming"`
	// ZeroFor is how long a counter that begins while the receiver runs stays 0, so that increase() sees its first value.
	ZeroFor time.Duration `mapstructure:"zero_for"`
	// Cost is what the machine costs.
	Cost CostConfig `mapstructure:"cost"`
}

// ProcessConfig names one component of the system and how to find its processes.
type ProcessConfig struct {
	Component string      `mapstructure:"component"`
	Match     MatchConfig `mapstructure:"match"`
}

// MatchConfig has exactly one of its fields set.
type MatchConfig struct {
	// Name is the name of the executable, exactly.
	Name string `mapstructure:"name"`
	// Command is a regular expression (RE2) that is looked for in the command line.
	Command string `mapstructure:"command"`
	// PIDFile is a file whose first word is the process id.
	PIDFile string `mapstructure:"pid_file"`
	// Self is the collector's own process.
	Self bool `mapstructure:"self"`
}

// CostConfig has prices in USD per hour; 0 leaves the counter out.
type CostConfig struct {
	ComputeUSDPerHour float64 `mapstructure:"compute_usd_per_hour"`
	StorageUSDPerHour float64 `mapstructure:"storage_usd_per_hour"`
}

func defaultConfig() *Config {
	controller := scraperhelper.NewDefaultControllerConfig()
	controller.CollectionInterval = 10 * time.Second
	return &Config{
		ControllerConfig: controller,
		SampleInterval:   time.Second,
		Resources:        slices.Clone(allResources),
		Cgroup:           true,
		MaxProcesses:     100,
		MaxDevices:       64,
		Disk:             DevicesConfig{Include: []string{}, Exclude: []string{}},
		Network:          DevicesConfig{Include: []string{}, Exclude: []string{}},
		Naming:           []string{namingSemconv},
		ZeroFor:          20 * time.Second,
	}
}

// Validate reports everything that is wrong with the configuration at once.
func (c *Config) Validate() error {
	errs := []error{c.validateIntervals()}
	errs = append(errs, checkList("resources", c.Resources, allResources), checkList("naming", c.Naming, allNamings))
	if len(c.Naming) == 0 {
		errs = append(errs, fmt.Errorf("naming must not be empty, allowed are %s", strings.Join(allNamings, ", ")))
	}
	errs = append(errs, checkCap("max_processes", c.MaxProcesses), checkCap("max_devices", c.MaxDevices))
	errs = append(errs, c.Disk.validate("disk")...)
	errs = append(errs, c.Network.validate("network")...)
	for i, p := range c.Processes {
		errs = append(errs, p.validate(fmt.Sprintf("processes[%d]", i)))
	}
	errs = append(errs,
		checkRate("cost.compute_usd_per_hour", c.Cost.ComputeUSDPerHour),
		checkRate("cost.storage_usd_per_hour", c.Cost.StorageUSDPerHour))
	if len(c.Resources) == 0 && len(c.Processes) == 0 && c.Cost == (CostConfig{}) {
		errs = append(errs, errors.New("resources, processes and cost are all empty: nothing would be reported"))
	}
	return errors.Join(errs...)
}

func (c *Config) validateIntervals() error {
	errs := []error{
		atLeast("collection_interval", c.CollectionInterval, minSampleInterval, ""),
		atLeast("sample_interval", c.SampleInterval, minSampleInterval, ""),
		atLeast("initial_delay", c.InitialDelay, time.Millisecond, "0s (none)"),
		atLeast("timeout", c.Timeout, minSampleInterval, "0s (none)"),
		atLeast("zero_for", c.ZeroFor, minSampleInterval, "0s (off)"),
	}
	if c.CollectionInterval >= minSampleInterval && c.SampleInterval > c.CollectionInterval {
		errs = append(errs, fmt.Errorf("sample_interval must be at most collection_interval (%s), got %s",
			c.CollectionInterval, c.SampleInterval))
	}
	return errors.Join(errs...)
}

// atLeast refuses a duration below a floor: a number without a unit is taken for nanoseconds. zero says what 0 means where it is allowed.
func atLeast(key string, got, floor time.Duration, zero string) error {
	switch {
	case got >= floor, got == 0 && zero != "":
		return nil
	case zero != "":
		zero += " or "
	}
	err := fmt.Errorf("%s must be %sat least %s, got %s", key, zero, floor, got)
	if got > 0 {
		return fmt.Errorf("%w; a duration needs a unit, such as 10s", err)
	}
	return err
}

func (p ProcessConfig) validate(key string) error {
	var errs []error
	if p.Component == "" {
		errs = append(errs, fmt.Errorf("%s.component must not be empty: it labels what the process reports", key))
	}
	set := 0
	for _, is := range []bool{p.Match.Name != "", p.Match.Command != "", p.Match.PIDFile != "", p.Match.Self} {
		if is {
			set++
		}
	}
	if set != 1 {
		errs = append(errs, fmt.Errorf("%s.match must have exactly one of name, command, pid_file, self: true, got %d", key, set))
	}
	if _, err := regexp.Compile(p.Match.Command); err != nil {
		errs = append(errs, fmt.Errorf("%s.match.command must be a regular expression (RE2), got %q: %w", key, p.Match.Command, err))
	}
	return errors.Join(errs...)
}

func checkList(key string, got, allowed []string) error {
	var errs []error
	seen := map[string]bool{}
	for i, v := range got {
		switch {
		case !slices.Contains(allowed, v):
			errs = append(errs, fmt.Errorf("%s[%d] must be one of %s, got %q", key, i, strings.Join(allowed, ", "), v))
		case seen[v]:
			errs = append(errs, fmt.Errorf("%s[%d] repeats %q", key, i, v))
		}
		seen[v] = true
	}
	return errors.Join(errs...)
}

func checkCap(key string, got int) error {
	if got < 1 || got > maxCap {
		return fmt.Errorf("%s must be between 1 and %d, got %d", key, maxCap, got)
	}
	return nil
}

func checkRate(key string, usd float64) error {
	if math.IsNaN(usd) || usd < 0 || usd > maxUSDPerHour {
		return fmt.Errorf("%s must be between 0 and %.0f USD, got %v", key, maxUSDPerHour, usd)
	}
	return nil
}
