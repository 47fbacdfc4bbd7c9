//go:build !linux

package hostresources

// platformSource is gopsutil's, wherever there is no /proc.
func platformSource() *source { return newGopsutilSource() }
