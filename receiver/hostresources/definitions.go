package hostresources

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

// The metrics, in the order of the README's table.
var (
	defCPUUtilization = &definition{
		genai.HostCPUUtilization, "1",
		"Average share of CPU time per mode since the last report; all modes add up to 1.", gauge,
	}
	defCPUBusy = &definition{
		genai.HostCPUBusy, "1",
		"Average share of CPU time in all modes but idle and iowait since the last report.", gauge,
	}
	defCPUPeak  = &definition{genai.HostCPUPeak, "1", "Busy share of the busiest sample since the last report.", gauge}
	defCPULimit = &definition{
		genai.HostCPULimit, "{cpu}",
		"How many CPUs a utilization of 1 is: the machine's, or the cgroup's limit.", gauge,
	}

	defMemoryUsage = &definition{genai.HostMemoryUsage, "By", "Memory by state; used is what cannot be had without swapping.", level}
	defMemoryLimit = &definition{
		genai.HostMemoryLimit, "By",
		"How much memory a utilization of 1 is: the machine's, or the cgroup's limit.", level,
	}
	defMemoryAvailable   = &definition{genai.HostMemoryAvailable, "By", "Memory that can be had without swapping.", level}
	defMemoryUtilization = &definition{
		genai.HostMemoryUtilization, "1",
		"Average share of the memory in use since the last report.", gauge,
	}
	defMemoryPeak = &definition{
		genai.HostMemoryPeak, "1",
		"Largest share of the memory in use in any sample since the last report.", gauge,
	}

	defPagingUsage       = &definition{genai.HostPagingUsage, "By", "Swap space by state.", level}
	defPagingUtilization = &definition{
		genai.HostPagingUtilization, "1",
		"Average share of the swap space that is used since the last report.", gauge,
	}
	defPagingPeak = &definition{
		genai.HostPagingPeak, "1",
		"Largest share of the swap space in use in any sample since the last report.", gauge,
	}
	defPagingFaults     = &definition{genai.HostPagingFaults, "{fault}", "Page faults.", counter}
	defPagingOperations = &definition{genai.HostPagingOperations, "{operation}", "Pages swapped in and out.", counter}

	defLoad = [3]*definition{
		{genai.HostLoad1m, "{thread}", "Average number of runnable or waiting threads over 1 minute.", gauge},
		{genai.HostLoad5m, "{thread}", "Average number of runnable or waiting threads over 5 minutes.", gauge},
		{genai.HostLoad15m, "{thread}", "Average number of runnable or waiting threads over 15 minutes.", gauge},
	}

	defDiskIO         = &definition{genai.HostDiskIO, "By", "Bytes read from and written to the disk.", counter}
	defDiskOperations = &definition{genai.HostDiskOperations, "{operation}", "Reads and writes that the disk completed.", counter}
	defNetworkIO      = &definition{genai.HostNetworkIO, "By", "Bytes received and transmitted.", counter}
	defNetworkPackets = &definition{genai.HostNetworkPackets, "{packet}", "Packets received and transmitted.", counter}
	defNetworkErrors  = &definition{genai.HostNetworkErrors, "{error}", "Packets received or transmitted with errors.", counter}
	defNetworkDropped = &definition{genai.HostNetworkDropped, "{packet}", "Packets dropped.", counter}

	defProcessCPU = &definition{
		genai.ProcessCPUUtilization, "1",
		"Average share of the CPUs the process may use, per mode, since the last report.", gauge,
	}
	defProcessCPUBusy = &definition{
		genai.ProcessCPUBusy, "1",
		"Average share of the CPUs the process may use, all modes, since the last report.", gauge,
	}
	defProcessCPUPeak = &definition{
		genai.ProcessCPUPeak, "1",
		"Largest share of the CPUs the process may use in any sample since the last report.", gauge,
	}
	defProcessMemory    = &definition{genai.ProcessMemoryUsage, "By", "Physical memory in use (resident set size).", level}
	defProcessAverage   = &definition{genai.ProcessMemoryAverage, "By", "Average physical memory in use since the last report.", gauge}
	defProcessPeak      = &definition{genai.ProcessMemoryPeak, "By", "Most physical memory in use since the last report.", gauge}
	defProcessHighWater = &definition{genai.ProcessMemoryHighWater, "By", "Most physical memory in use since the process began.", gauge}
	defProcessFiles     = &definition{genai.ProcessFileDescriptors, "{file_descriptor}", "Open file descriptors.", level}
	defProcessHandles   = &definition{genai.ProcessHandles, "{handle}", "Open handles.", level}
	defProcessUptime    = &definition{genai.ProcessUptime, "s", "Time since the process began.", gauge}
	defProcessStart     = &definition{genai.ProcessStartTime, "s", "When the process began, in seconds since 1970.", gauge}

	defLangchainMemory = &definition{genai.LangchainMemoryUsage, "By", "Physical memory in use by all processes of the component.", gauge}
	defInfraCost       = &definition{genai.MetricInfraCostUSD, "{USD}", "What the machine has cost since the receiver started.", counter}
)
