// Package main measures hostresources against hostmetricsreceiver in one run.
package main
