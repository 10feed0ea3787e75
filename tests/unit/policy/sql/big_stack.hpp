#pragma once

/// Runs a test on a thread with the stack of the worker pool.

#include <gtest/gtest.h>

#include <pthread.h>

namespace pgveil::policy::sql {

template <class F>
void on_big_stack(F&& body) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 64U << 20), 0);
  pthread_t thread{};
  const auto run = [](void* argument) -> void* {
    (*static_cast<F*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &body), 0);
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
  pthread_attr_destroy(&attributes);
}

}  // namespace pgveil::policy::sql
