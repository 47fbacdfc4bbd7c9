//go:build !linux

package bolt

func childThatIsLimited(string) int { return 1 }
