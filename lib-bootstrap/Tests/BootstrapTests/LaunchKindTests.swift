// Who launches what.

import Bootstrap
import CapABI
import Testing

struct LaunchKindTests {
  @Test func `every kind but the kernel's has a role that launches it`() {
    let launchers = LaunchKind.allCases.map(\.launcher)
    #expect(launchers == [nil, .rootd, .procd, .deviced, .procd])
  }
}
