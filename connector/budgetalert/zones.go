package budgetalert

import (
	_ "time/tzdata" // time zones of budgets, on machines (and in images) that have no database of them
)
