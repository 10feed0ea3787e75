#include "proxy/net/worker_pool.hpp"

#include <boost/assert.hpp>

#include <stdexcept>

namespace pgveil::proxy {

WorkerPool::WorkerPool(std::size_t threads, std::size_t stack_bytes) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  int error = pthread_attr_setstacksize(&attributes, stack_bytes);
  for (std::size_t i = 0; i < threads && error == 0; ++i) {
    pthread_t thread{};
    error = pthread_create(&thread, &attributes, thread_main, this);
    if (error == 0) {
      threads_.push_back(thread);
    }
  }
  pthread_attr_destroy(&attributes);
  if (error != 0 || threads_.empty()) {
    stop();
    throw std::runtime_error("cannot start worker threads");
  }
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (const pthread_t thread : threads_) {
    pthread_join(thread, nullptr);
  }
  threads_.clear();
}

std::size_t WorkerPool::queued() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

void* WorkerPool::thread_main(void* pool) {
  static_cast<WorkerPool*>(pool)->run();
  return nullptr;
}

void WorkerPool::push(std::unique_ptr<Task> task) {
  {
    const std::scoped_lock lock(mutex_);
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void WorkerPool::run() {
  for (;;) {
    std::unique_ptr<Task> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) {
        return;
      }
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task->run();
  }
}

}  // namespace pgveil::proxy
