package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

// object has what deploy/kubernetes uses of the Kubernetes API, and no more: a misspelled field is an error.
type object struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   objectMeta
	Data       map[string]string
	Spec       struct {
		Selector             map[string]any
		Ports                []servicePort
		ServiceName          string `yaml:"serviceName"`
		Replicas             int
		Template             podTemplate
		VolumeClaimTemplates []struct {
			Metadata objectMeta
			Spec     struct {
				AccessModes []string `yaml:"accessModes"`
				Resources   map[string]map[string]string
			}
		} `yaml:"volumeClaimTemplates"`
	}
}

type objectMeta struct {
	Name                string
	Labels, Annotations map[string]string
}

type servicePort struct {
	Name        string
	Port        int
	TargetPort  string `yaml:"targetPort"`
	AppProtocol string `yaml:"appProtocol"`
}

type podTemplate struct {
	Metadata objectMeta
	Spec     struct {
		AutomountServiceAccountToken  bool           `yaml:"automountServiceAccountToken"`
		TerminationGracePeriodSeconds int            `yaml:"terminationGracePeriodSeconds"`
		SecurityContext               map[string]any `yaml:"securityContext"`
		Containers                    []podContainer
		Volumes                       []struct {
			Name      string
			ConfigMap struct{ Name string } `yaml:"configMap"`
		}
	}
}

type podContainer struct {
	Name, Image string
	Args        []string
	Env         []struct {
		Name, Value string
		ValueFrom   map[string]map[string]string `yaml:"valueFrom"`
	}
	Ports []struct {
		Name          string
		ContainerPort int `yaml:"containerPort"`
	}
	StartupProbe    podProbe       `yaml:"startupProbe"`
	ReadinessProbe  podProbe       `yaml:"readinessProbe"`
	LivenessProbe   podProbe       `yaml:"livenessProbe"`
	SecurityContext map[string]any `yaml:"securityContext"`
	Resources       map[string]map[string]string
	VolumeMounts    []struct {
		Name      string
		MountPath string `yaml:"mountPath"`
		ReadOnly  bool   `yaml:"readOnly"`
	} `yaml:"volumeMounts"`
}

type podProbe struct {
	HTTPGet struct {
		Path, Port string
	} `yaml:"httpGet"`
	TCPSocket        struct{ Port string } `yaml:"tcpSocket"`
	PeriodSeconds    int                   `yaml:"periodSeconds"`
	FailureThreshold int                   `yaml:"failureThreshold"`
}

// kubernetes are the objects of deploy/kubernetes, by kind.
func kubernetes(t *testing.T) map[string]object {
	t.Helper()
	text, err := os.ReadFile("../../deploy/kubernetes/gateway.yaml")
	require.NoError(t, err)
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	all := map[string]object{}
	for {
		var one object
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		require.NotContains(t, all, one.Kind)
		all[one.Kind] = one
	}
}

// inPod is the configuration that the gateway has in the pod.
func inPod(t *testing.T, container *podContainer, data map[string]string) *confmap.Conf {
	t.Helper()
	shipped, err := os.ReadFile("../../collector-config.yaml")
	require.NoError(t, err)
	for _, variable := range container.Env {
		require.True(t, strings.Contains(string(shipped), "${env:"+variable.Name+":-") || strings.Contains(string(shipped), "${text:"+variable.Name+":-"),
			"%s is no variable of collector-config.yaml", variable.Name)
		t.Setenv(variable.Name, variable.Value)
	}
	require.Len(t, container.Args, 2)
	over := filepath.Join(t.TempDir(), path.Base(container.Args[1]))
	require.Contains(t, data, filepath.Base(over))
	require.NoError(t, os.WriteFile(over, []byte(data[filepath.Base(over)]), 0o600))
	uris := []string{"file:../../collector-config.yaml", "file:" + over}
	require.NoError(t, checkMerged(t.Context(), allFactories(t), uris...))
	resolver, err := confmap.NewResolver(resolverSettings(uris...))
	require.NoError(t, err)
	conf, err := resolver.Resolve(t.Context())
	require.NoError(t, err)
	return conf
}

// What the manifests name is in the configuration: variables, ports, paths, the time that an end takes.
func TestKubernetes(t *testing.T) {
	all := kubernetes(t)
	require.Len(t, all, 3)
	set, service := all["StatefulSet"], all["Service"]
	pod := set.Spec.Template
	require.Equal(t, set.Spec.ServiceName, service.Metadata.Name)
	require.Equal(t, map[string]any{"matchLabels": service.Spec.Selector}, set.Spec.Selector)
	for key, value := range service.Spec.Selector {
		require.Equal(t, value, pod.Metadata.Labels[key])
	}
	require.Len(t, pod.Spec.Containers, 1)
	container := &pod.Spec.Containers[0]
	conf := inPod(t, container, all["ConfigMap"].Data)

	ports := map[string]int{}
	for _, port := range container.Ports {
		ports[port.Name] = port.ContainerPort
	}
	for name, key := range map[string]string{
		"otlp-grpc": "receivers::otlp::protocols::grpc::endpoint", "otlp-http": "receivers::otlp::protocols::http::endpoint",
		"metrics": "exporters::scrape::endpoint", "health": "extensions::healthcheckv2::http::endpoint",
	} {
		require.Equal(t, net.JoinHostPort("0.0.0.0", strconv.Itoa(ports[name])), conf.Get(key), key)
	}
	own := conf.Get("service::telemetry::metrics::readers").([]any)[0].(map[string]any)["pull"].(map[string]any)["exporter"].(map[string]any)["prometheus"]
	require.Equal(t, map[string]any{"host": "0.0.0.0", "port": ports["own-metrics"]}, own)
	require.Equal(t, strconv.Itoa(ports["metrics"]), pod.Metadata.Annotations["prometheus.io/port"])
	for _, port := range service.Spec.Ports {
		require.Equal(t, port.Port, ports[port.TargetPort], port.Name)
	}

	require.Equal(t, "health", container.StartupProbe.HTTPGet.Port)
	require.Equal(t, conf.Get("extensions::healthcheckv2::http::status::path"), container.StartupProbe.HTTPGet.Path)
	require.Equal(t, "otlp-http", container.ReadinessProbe.TCPSocket.Port)
	require.Equal(t, "health", container.LivenessProbe.TCPSocket.Port)

	end, err := time.ParseDuration(conf.Get("extensions::delivery::shutdown_timeout").(string))
	require.NoError(t, err)
	require.Greater(t, time.Duration(pod.Spec.TerminationGracePeriodSeconds)*time.Second, end)
	require.Len(t, conf.Get("connectors::budgetalert::budgets"), 2)
}

// What it writes is on the claim, and what it reads is in the image or in the ConfigMap.
func TestKubernetesPaths(t *testing.T) {
	all := kubernetes(t)
	set := all["StatefulSet"]
	container := &set.Spec.Template.Spec.Containers[0]
	mounts := map[string]string{}
	for _, mount := range container.VolumeMounts {
		mounts[mount.Name] = mount.MountPath
	}
	conf := inPod(t, container, all["ConfigMap"].Data)
	require.Equal(t, map[string]string{
		set.Spec.VolumeClaimTemplates[0].Metadata.Name: os.Getenv("DATA_DIR"),
		set.Spec.Template.Spec.Volumes[0].Name:         path.Dir(strings.TrimPrefix(container.Args[1], "--config=")),
	}, mounts)
	require.Equal(t, all["ConfigMap"].Metadata.Name, set.Spec.Template.Spec.Volumes[0].ConfigMap.Name)
	for _, key := range []string{"connectors::budgetalert::ledger::directory", "exporters::alertnotify::directory", "exporters::dashboard::storage::dir"} {
		require.True(t, strings.HasPrefix(conf.Get(key).(string), os.Getenv("DATA_DIR")+"/"), key)
	}

	image, err := os.ReadFile("../../deploy/Dockerfile")
	require.NoError(t, err)
	require.Contains(t, string(image), "COPY collector-config.yaml "+strings.TrimPrefix(container.Args[0], "--config=")+"\n")
	require.Contains(t, string(image), "-t "+container.Image+" ")
	require.Contains(t, string(image), "-pgo=cmd/otelcol-llm/release.pgo")
	ignored, err := os.ReadFile("../../deploy/Dockerfile.dockerignore")
	require.NoError(t, err)
	for _, needed := range []string{"cmd", "internal", "processor", "collector-config.yaml", "go.mod"} {
		require.NotContains(t, strings.Fields(string(ignored)), needed)
	}
}
