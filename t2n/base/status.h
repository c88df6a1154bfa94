// Macros that hand an absl::Status on to the caller: the project's only error flow.
#ifndef T2N_BASE_STATUS_H_
#define T2N_BASE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status of `expr` (an absl::Status) from the enclosing function unless it is OK.
#define T2N_RETURN_IF_ERROR(expr)                               \
  do {                                                          \
    if (::absl::Status t2n_status = (expr); !t2n_status.ok()) { \
      return t2n_status;                                        \
    }                                                           \
  } while (false)

// Evaluates `expr` (an absl::StatusOr<T>) once; assigns its value to `lhs`, which may declare a
// variable, or returns its status from the enclosing function. A type with a comma in it needs
// `auto` or an alias.
#define T2N_ASSIGN_OR_RETURN(lhs, expr) \
  T2N_ASSIGN_OR_RETURN_IMPL_(T2N_STATUS_CONCAT_(t2n_statusor_, __LINE__), lhs, expr)

#define T2N_ASSIGN_OR_RETURN_IMPL_(statusor, lhs, expr) \
  auto statusor = (expr);                               \
  if (!statusor.ok()) {                                 \
    return std::move(statusor).status();                \
  }                                                     \
  lhs = std::move(statusor).value()

#define T2N_STATUS_CONCAT_INNER_(a, b) a##b
#define T2N_STATUS_CONCAT_(a, b) T2N_STATUS_CONCAT_INNER_(a, b)

#endif  // T2N_BASE_STATUS_H_
