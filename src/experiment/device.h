#pragma once
// What models are computed on. A device kind is "cpu", or "cuda" and its capability, as in "cuda sm_90": part
// of the numerics profile.

#include <string>

#include "experiment/spec.h"

namespace qinglan {

struct DeviceAnswer {
  std::string kind = "cpu";
  std::string detail;  // the device's name, or why there is none
};

// What `qinglan-worker device` says: {"kind","detail"}. Throws Error{io} when the worker cannot be asked.
DeviceAnswer ask_device(const std::string& worker);

Json to_json(const DeviceAnswer& answer);

// A spec that wants "cuda" is given the kind of this machine's device, or the CPU where there is none; then
// the reason is returned, else "". The worker is asked only for such a spec.
std::string settle_device(Spec& spec, const std::string& worker);

}  // namespace qinglan
