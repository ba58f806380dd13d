// COPY_FRAME, and the copy of RESOLVE_FAULT. docs/reference/control/frame-copy.md.

package import CapABI
import KernelMachine

/// How far a thread's copy has come that was broken off; all zero when there is none.
///
/// The ids tell whether it is the same copy when the thread asks again.
package struct CopyProgress: BitwiseCopyable, Equatable, Sendable {
  fileprivate var source: UInt64 = 0
  fileprivate var destination: UInt64 = 0
  /// Pages copied.
  package fileprivate(set) var pages: UInt32 = 0
  fileprivate var first: UInt32 = 0

  /// Nothing broken off.
  package static let none = CopyProgress()
}

/// The part of a source that a copy takes.
package struct CopyPart: Sendable {
  /// The page of the source that the destination begins with.
  package var firstPage: UInt32
  /// How many bytes; 0 for as many as the destination has.
  package var byteCount: UInt32

  /// A part.
  package init(firstPage: UInt32, byteCount: UInt32) {
    self.firstPage = firstPage
    self.byteCount = byteCount
  }
}

/// A checked copy of the contents of a frame.
package struct CopyFrame {
  /// Pages between two looks at pending interrupts.
  private static let pagesPerStep: UInt32 = 4

  private let source: Ref<Frame>
  private let destination: Ref<Frame>
  /// The page of the source that goes to the first of the destination.
  private let first: UInt32
  /// Pages that are copied whole.
  private let wholePages: UInt32
  /// Bytes of the page behind them.
  private let rest: UInt32

  /// Checks a request: of the whole source without a part.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType`; `missingRight` without READ on the
  ///   source and WRITE on the destination; `invalidArgument` for different orders, or a part that
  ///   one of the frames has no room for; `busy` when the destination is mapped executable.
  package init(
    from source: CapSlot, to destination: CapSlot, _ part: CopyPart? = nil,
    of caller: Ref<CSpace>, scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    let from = try space.occupied(source, in: caller, scope)
    let onto = try space.occupied(destination, in: caller, scope)
    self.source = try from.holding(Frame.self, with: .read)
    self.destination = try onto.holding(Frame.self, with: .write)
    let room = self.destination.object.pageCount
    if let part {
      let bytes = UInt64(part.byteCount)
      guard bytes <= UInt64(room) * UInt64(frameBytes) else { throw .invalidArgument }
      wholePages = bytes == 0 ? room : part.byteCount / UInt32(frameBytes)
      rest = part.byteCount % UInt32(frameBytes)
      let needed = UInt64(part.firstPage) + UInt64(wholePages) + (rest == 0 ? 0 : 1)
      guard needed <= UInt64(self.source.object.pageCount) else { throw .invalidArgument }
    } else {
      guard self.source.object.order == self.destination.object.order else {
        throw .invalidArgument
      }
      wholePages = room
      rest = 0
    }
    first = part?.firstPage ?? 0
    guard self.destination.object.executable == 0 else { throw .busy }
  }

  /// Copies some pages; executed again, it goes on where `progress` says.
  ///
  /// What the boot left in either frame is cleared first.
  package func invoke(_ progress: inout CopyProgress, in space: inout ObjectSpace) -> Outcome {
    let steps = Int(Self.pagesPerStep)
    guard space.clear(source, steps: steps) == .done,
      space.clear(destination, steps: steps) == .done
    else { return .preempted }
    let ids = (source.object.header.id, destination.object.header.id)
    if progress.source != ids.0 || progress.destination != ids.1 || progress.first != first {
      progress = CopyProgress(source: ids.0, destination: ids.1, first: first)
    }
    let end = min(progress.pages + Self.pagesPerStep, wholePages)
    let from = source.object.block.rawValue + first
    let onto = destination.object.block.rawValue
    while progress.pages < end {
      space.frames.copy(
        FrameNumber(from + progress.pages), to: FrameNumber(onto + progress.pages))
      progress.pages += 1
    }
    guard end == wholePages else { return .preempted }
    if rest > 0 {
      space.frames.copy(rest, of: FrameNumber(from + end), to: FrameNumber(onto + end))
    }
    progress = .none
    return .done
  }
}
