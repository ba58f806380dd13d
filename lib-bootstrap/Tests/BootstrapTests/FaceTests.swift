// Faces are closed ranges of badges.

import Bootstrap
import CapABI
import Testing

struct FaceTests {
  private let face = Face(
    kind: .public, first: Badge(rawValue: 0x1_0000), last: Badge(rawValue: 0x1_FFFF))

  @Test(arguments: [
    (0xFFFF, false), (0x1_0000, true), (0x1_FFFF, true), (0x2_0000, false), (0, false),
    (UInt64.max, false),
  ])
  func `a face has both its ends and nothing beside them`(_ badge: UInt64, _ isInside: Bool) {
    #expect(face.contains(Badge(rawValue: badge)) == isInside)
  }

  @Test func `a face of one badge has that badge`() {
    let badge = Badge(rawValue: .max)
    #expect(Face(kind: .control, first: badge, last: badge).contains(badge))
  }
}
