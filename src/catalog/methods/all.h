#pragma once
// One function a method, each in its own file, and the parameters that several share.

#include "catalog/method.h"

namespace qinglan {

MethodInfo naive_method();
MethodInfo logconf_method();
MethodInfo kl_method();
MethodInfo smoothing_method();
MethodInfo temperature_method();
MethodInfo product_method();
MethodInfo window_method();
MethodInfo entropy_method();
MethodInfo entropy_compat_method();
MethodInfo augconf_method();
MethodInfo adaptconf_method();
MethodInfo reverse_ce_method();
MethodInfo reverse_kl_method();
MethodInfo cace_method();
MethodInfo symmetric_method();
MethodInfo forward_method();
MethodInfo channel_method();

// The labels' argmax in place of the labels.
ParameterInfo hard_parameter();
// What the prior-matched threshold and the hardening aim at.
ParameterInfo prior_parameter();
// Share of all steps over which a weight grows from 0.
ParameterInfo warmup_parameter(double fallback);
// Steps over which it grows, in place of the share.
ParameterInfo warmup_steps_parameter();
// The least probability of a class in labels whose logarithm is taken.
ParameterInfo floor_parameter(double fallback);

}  // namespace qinglan
