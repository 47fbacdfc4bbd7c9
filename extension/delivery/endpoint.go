package delivery

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/confmap"
)

const (
	readTimeout     = 2 * time.Second
	maxMetricsBytes = 16 << 20

	defaultHost = "localhost"
	defaultPort = 8888
)

// telemetry is the part of a configuration that says where the Collector's own metrics are.
type telemetry struct {
	Level   string `mapstructure:"level"`
	Readers *[]struct {
		Pull struct {
			Exporter struct {
				Prometheus *struct {
					Host string `mapstructure:"host"`
					Port int    `mapstructure:"port"`
				} `mapstructure:"prometheus"`
			} `mapstructure:"exporter"`
		} `mapstructure:"pull"`
	} `mapstructure:"readers"`
}

// ownMetrics is the URL of the Collector's own metrics by its configuration, or empty where it has none.
func ownMetrics(conf *confmap.Conf) (string, error) {
	section, err := conf.Sub("service::telemetry::metrics")
	if err != nil {
		return "", err
	}
	var t telemetry
	if err := section.Unmarshal(&t, confmap.WithIgnoreUnused()); err != nil {
		return "", fmt.Errorf("service::telemetry::metrics: %w", err)
	}
	switch {
	case t.Level == "none":
		return "", nil
	case t.Readers == nil:
		return metricsURL(defaultHost, defaultPort), nil
	}
	for _, reader := range *t.Readers {
		if at := reader.Pull.Exporter.Prometheus; at != nil && at.Port != 0 {
			return metricsURL(at.Host, at.Port), nil
		}
	}
	return "", nil
}

// metricsURL reaches a server that listens on every address through loopback.
func metricsURL(host string, port int) string {
	switch ip := net.ParseIP(host); {
	case host == "":
		host = defaultHost
	case ip != nil && ip.IsUnspecified() && ip.To4() != nil:
		host = "127.0.0.1"
	case ip != nil && ip.IsUnspecified():
		host = "::1"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(port)) + "/metrics"
}

// read gets the Collector's own metrics.
func read(ctx context.Context, url string) (map[line]reading, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // not through a proxy
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, response.Status)
	}
	return parse(io.LimitReader(response.Body, maxMetricsBytes))
}
