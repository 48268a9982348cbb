package mail

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
)

type answer struct {
	Port                     int
	Verdict, Outcome, Detail string
}

func api(t *testing.T, method, path, body string) (got answer) {
	request, _ := http.NewRequest(method, os.Getenv("MOCKMAIL_API")+path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+os.Getenv("MOCKMAIL_TOKEN"))
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode >= 400 || json.NewDecoder(response.Body).Decode(&got) != nil {
		t.Fatal(err, response)
	}
	return got
}

func TestClient(t *testing.T) {
	for _, scenario := range []string{"good", "expired", "wrong-host", "untrusted-root"} {
		t.Run(scenario, func(t *testing.T) {
			for _, served := range []string{"good", scenario} { // A refusal counts only of a client that works.
				readMail(api(t, "PUT", "/api/v1/endpoints/e1", `{"scenario":"`+served+`"}`).Port)
				if got := api(t, "GET", "/api/v1/endpoints/e1/outcome", ""); got.Verdict != "pass" {
					t.Fatal(served, got)
				}
			}
		})
	}
}
