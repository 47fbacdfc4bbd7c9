package budgetalert

import (
	"context"
	"time"
)

func (s *state) report(context.Context, time.Time) {}
