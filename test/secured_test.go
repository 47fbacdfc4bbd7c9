package test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
)

// certificate writes a key and a certificate for loopback that signs itself, and returns their paths and who trusts it.
func certificate(t *testing.T) (cert, key string, trust *tls.Config) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "gateway"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name, kind string, body []byte) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: body}), 0o600))
		return file
	}
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return write("gateway.crt", "CERTIFICATE", der), write("gateway.key", "PRIVATE KEY", keyDER), &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}
}

// secured starts configs/secured.yaml with a file of tokens.
func secured(t *testing.T, tokens string) (s *shipped, trust *tls.Config, client *http.Client) {
	t.Helper()
	cert, key, trust := certificate(t)
	s = startShipped(t, "configs/secured.yaml", []string{
		"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=0s", "--set=extensions.tokenfile.interval=100ms",
	},
		"GATEWAY_CERT="+cert, "GATEWAY_KEY="+key, "GATEWAY_TOKENS="+tokens)
	s.otlp = strings.Replace(s.otlp, "http:", "https:", 1)
	client = &http.Client{Transport: &http.Transport{TLSClientConfig: trust, DisableKeepAlives: true}}
	return s, trust, client
}

// postWith is the status of a request with a token.
func postWith(t require.TestingT, client *http.Client, url, token, body string) int {
	req, err := http.NewRequest(http.MethodPost, url+"/v1/traces", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}

// TestSecured: configs/secured.yaml takes traces from a client that trusts its certificate and has a token, over HTTP and gRPC, and from
// nobody else.
func TestSecured(t *testing.T) {
	t.Parallel()
	tokens := filepath.Join(t.TempDir(), "tokens")
	require.NoError(t, os.WriteFile(tokens, []byte("first\nsecond\n"), 0o600))
	s, trust, client := secured(t, tokens)
	body, traces := readCapture(t, "vercel-ai-v6")
	for _, token := range []string{"", "third", "firs", "first second"} {
		assert.Equal(t, http.StatusUnauthorized, postWith(t, client, s.otlp, token, "{}"), token)
	}
	resp, err := http.Post(s.otlp+"/v1/traces", "application/json", strings.NewReader("{}"))
	if err == nil {
		require.NoError(t, resp.Body.Close())
	}
	require.Error(t, err, "nobody signed the certificate")
	require.Equal(t, http.StatusOK, postWith(t, client, s.otlp, "second", string(body)))

	conn, err := grpc.NewClient(s.grpc, grpc.WithTransportCredentials(credentials.NewTLS(trust)))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	export := func(token string) error {
		ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+token), 30*time.Second)
		defer cancel()
		_, err := ptraceotlp.NewGRPCClient(conn).Export(ctx, ptraceotlp.NewExportRequestFromTraces(renamed(traces, 1)))
		return err
	}
	require.ErrorContains(t, export("third"), "Unauthenticated")
	require.NoError(t, export("first"))
	bill := nano(readTruth(t)["vercel-ai-v6"].ExpectedTotalUSD)
	require.Eventually(t, func() bool { return nano(scrape(t, s.scrape).sum("llm_cost_usd_total", "instance", "0123")) == 2*bill },
		30*time.Second, 100*time.Millisecond)
}

// TestTokensAreReadAgain: however a file of tokens is replaced, the new ones count and the old ones do not.
func TestTokensAreReadAgain(t *testing.T) {
	write := func(t *testing.T, path, token string) {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(token+"\n"), 0o600))
	}
	replaced := map[string]struct {
		begin   func(t *testing.T, path string)
		replace func(t *testing.T, path, token string)
	}{
		"written": {replace: write},
		"renamed over": {replace: func(t *testing.T, path, token string) {
			write(t, path+".new", token)
			require.NoError(t, os.Rename(path+".new", path))
		}},
		"renamed away": {replace: func(t *testing.T, path, token string) { // as editors do that keep a backup
			require.NoError(t, os.Rename(path, path+"~"))
			write(t, path, token)
		}},
		"mounted by Kubernetes": {
			begin: func(t *testing.T, path string) {
				dir := filepath.Dir(path)
				write(t, dir+"/..1/tokens", "token-0")
				require.NoError(t, os.Symlink("..1", dir+"/..data"))
				require.NoError(t, os.Symlink("..data/tokens", path))
			},
			replace: func(t *testing.T, path, token string) {
				dir := filepath.Dir(path)
				old, err := os.Readlink(dir + "/..data")
				require.NoError(t, err)
				write(t, dir+"/.."+token+"/tokens", token)
				require.NoError(t, os.Symlink(".."+token, dir+"/..data_tmp"))
				require.NoError(t, os.Rename(dir+"/..data_tmp", dir+"/..data"))
				require.NoError(t, os.RemoveAll(filepath.Join(dir, old)))
			},
		},
	}
	for name, how := range replaced {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "tokens")
			if how.begin != nil {
				how.begin(t, path)
			} else {
				write(t, path, "token-0")
			}
			s, _, client := secured(t, path)
			require.Equal(t, http.StatusOK, postWith(t, client, s.otlp, "token-0", "{}"))
			for old, token := range []string{"token-1", "token-2", "token-3"} {
				how.replace(t, path, token)
				require.EventuallyWithT(t, func(c *assert.CollectT) {
					require.Equal(c, http.StatusOK, postWith(c, client, s.otlp, token, "{}"))
				}, 30*time.Second, 50*time.Millisecond)
				require.Equal(t, http.StatusUnauthorized, postWith(t, client, s.otlp, "token-"+string('0'+rune(old)), "{}"))
			}
		})
	}
}
