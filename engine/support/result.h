// Result<T>: a value, or the diagnostics that explain why there is none. Nothing in the engine throws.
#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "support/diagnostics.h"

namespace loopscope {

template <class T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Diagnostic error) { errors_.push_back(std::move(error)); }
  Result(std::vector<Diagnostic> errors) : errors_(std::move(errors)) {}

  explicit operator bool() const { return value_.has_value(); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  // Never empty when there is no value.
  const std::vector<Diagnostic>& errors() const { return errors_; }

 private:
  std::optional<T> value_;
  std::vector<Diagnostic> errors_;
};

}  // namespace loopscope
