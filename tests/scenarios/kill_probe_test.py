"""SIGKILL of engine, worker or both at random times of a small probe run loses and changes nothing."""

import harness as h
import kills

h.need_worker()
h.need_model()
folder = h.workspace()
kills.survive(h.write_spec(folder, h.write_data(folder)), folder, kills=6)
h.clean(folder)
print("1 passed, 0 failed")
