// Restart policies: which numbers go together.

import Bootstrap
import Testing

struct RestartPolicyTests {
  private let limited = RestartPolicy(
    mode: .onFailure, maximumRestarts: 5, windowSeconds: 60, firstBackoffMilliseconds: 10,
    longestBackoffMilliseconds: 1000)

  @Test func `a limit within a window is consistent`() {
    #expect(limited.isConsistent)
  }

  @Test func `no limit needs no window`() {
    #expect(RestartPolicy(mode: .always).isConsistent)
  }

  @Test func `the longest pause may equal the first and not be shorter`() {
    var policy = limited
    policy.longestBackoffMilliseconds = 10
    #expect(policy.isConsistent)
    policy.longestBackoffMilliseconds = 9
    #expect(!policy.isConsistent)
  }

  @Test(arguments: [
    RestartPolicy(mode: .never, maximumRestarts: 1),
    RestartPolicy(mode: .never, windowSeconds: 1),
    RestartPolicy(mode: .never, firstBackoffMilliseconds: 1),
    RestartPolicy(mode: .never, longestBackoffMilliseconds: 1),
  ])
  func `a service that is never restarted has no numbers`(_ policy: RestartPolicy) {
    #expect(!policy.isConsistent)
    #expect(RestartPolicy.never.isConsistent)
  }
}
