#include "catalog/method.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace qinglan {
namespace {

ParameterInfo hard() {
  return {"hard", false, "train on the argmax of the weak labels; abstentions are skipped", 0, 0};
}

ParameterInfo prior() {
  return {"prior",
          "weak",
          "share of class 1 that the prior-matched threshold and the hardening aim at: the mean weak label, "
          "1/2, or a "
          "number; all but \"weak\" use knowledge of the ground truth and enter the certificate",
          0,
          1,
          {"weak", "uniform"}};
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

const char* type_of(const ParameterInfo& parameter) {
  if (parameter.fallback.is_boolean()) return "true or false";
  if (parameter.fallback.is_number_integer()) return "an integer";
  return "a number";
}

std::string expectation(const ParameterInfo& parameter) {
  std::string text = parameter.words.empty() ? type_of(parameter) : "one of " + joined(parameter.words);
  if (parameter.low == parameter.high) return text;
  if (!parameter.words.empty()) text += ", or a number";
  return text + " from " + Json(parameter.low).dump() + " to " + Json(parameter.high).dump();
}

// The value in the type the parameter has, or an error that says what it may be.
Json checked(const MethodInfo& method, const ParameterInfo& parameter, const Json& given) {
  const auto wrong = [&](const std::string& hint) {
    return std::move(Error(ErrorKind::usage, "the parameter \"" + parameter.name + "\" of the method " +
                                                 method.name + " cannot have this value")
                         .expected(expectation(parameter))
                         .found(given.dump())
                         .hint(hint));
  };
  if (given.is_string()) {
    const auto word = given.get<std::string>();
    if (std::find(parameter.words.begin(), parameter.words.end(), word) != parameter.words.end())
      return given;
    const auto near = nearest_word(word, parameter.words);
    throw wrong(near ? "Did you mean \"" + *near + "\"?" : "");
  }
  if (parameter.fallback.is_boolean()) {
    if (!given.is_boolean()) throw wrong("");
    return given;
  }
  const bool number = parameter.low < parameter.high && given.is_number();
  if (!number || (parameter.fallback.is_number_integer() && !given.is_number_integer())) throw wrong("");
  const double value = given.get<double>();
  if (!std::isfinite(value) || value < parameter.low || value > parameter.high) throw wrong("");
  return parameter.fallback.is_number_integer() ? given : Json(value);
}

}  // namespace

const std::vector<MethodInfo>& methods() {
  static const std::vector<MethodInfo> all{
      {"naive",
       "L = mean_b CE(f_b, y_b); CE(f, y) = -sum_c y_c log softmax(f)_c; y: soft weak labels",
       "Burns et al. 2023, Weak-to-Strong Generalization (arXiv 2312.09390), section 4.1; "
       "openai/weak-to-strong, loss xent",
       "the baseline every other method is judged against",
       {hard(), prior()}},
      {"logconf",
       "L = (1 - a) CE(f, y) + a CE(f, h); h: own hardened predictions, no gradient; two classes: sort the "
       "batch by p_1, "
       "the first round(B prior) are class 1, ties by hash of id; more classes: by greedy assignment to the "
       "prior; "
       "a = alpha min(1, step / (warmup steps))",
       "Burns et al. 2023 (arXiv 2312.09390), section 4.3.2 and appendix A.4, in its paper form with linear "
       "warm-up; the "
       "prior in place of exactly half, and more than two classes, are extensions",
       "the student is much stronger than the supervisor and fine-tuned long enough to have views of its own",
       {{"alpha", 0.5,
         "weight of the student's own hardened predictions after warm-up (the paper's largest students: "
         "0.75)",
         0, 1},
        {"warmup", 0.2, "share of all steps over which that weight grows from 0", 0, 1},
        hard(),
        prior()}},
  };
  return all;
}

const MethodInfo& find_method(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& method : methods()) {
    if (method.name == name) return method;
    names.push_back(method.name);
  }
  const auto near = nearest_word(name, names);
  throw Error(ErrorKind::usage, "there is no method \"" + name + "\"")
      .expected("one of " + joined(names))
      .hint(near ? "Did you mean " + *near + "?" : "See qinglan methods list.");
}

Json resolve_parameters(const MethodInfo& method, const Json& given) {
  if (!given.is_object() && !given.is_null())
    throw Error(ErrorKind::usage, "the parameters of the method " + method.name + " are no table")
        .found(given.dump());
  std::vector<std::string> names;
  Json resolved = Json::object();
  for (const auto& parameter : method.parameters) {
    names.push_back(parameter.name);
    const bool told = given.is_object() && given.contains(parameter.name);
    resolved[parameter.name] = told ? checked(method, parameter, given[parameter.name]) : parameter.fallback;
  }
  if (given.is_null()) return resolved;
  for (const auto& [name, value] : given.items()) {
    if (resolved.contains(name)) continue;
    const auto near = nearest_word(name, names);
    throw Error(ErrorKind::usage, "the method " + method.name + " has no parameter \"" + name + "\"")
        .expected("one of " + joined(names))
        .hint(near ? "Did you mean " + *near + "?" : "See qinglan methods show " + method.name + ".");
  }
  return resolved;
}

}  // namespace qinglan
