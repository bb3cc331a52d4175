#pragma once
// The program `qinglan`: parses the command line, runs one verb, turns errors into messages and exit codes:
// 0 done, 1 failed, 2 usage or bad spec, 3 done but a verdict refuses, 130/143 interrupted (run again to go
// on).

namespace qinglan {

int run_command_line(int argc, char** argv);

}  // namespace qinglan
