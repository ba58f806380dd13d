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

  /// Nothing broken off.
  package static let none = CopyProgress()
}

/// A checked copy of the contents of a frame.
package struct CopyFrame {
  /// Pages between two looks at pending interrupts.
  private static let pagesPerStep: UInt32 = 4

  private let source: Ref<Frame>
  private let destination: Ref<Frame>

  /// Checks a request.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType`; `missingRight` without READ on the
  ///   source and WRITE on the destination; `invalidArgument` for different orders; `busy` when the
  ///   destination is mapped executable.
  package init(
    from source: CapSlot, to destination: CapSlot, of caller: Ref<CSpace>, scope: SlotScope,
    in space: inout ObjectSpace
  ) throws(SyscallError) {
    let from = try space.occupied(source, in: caller, scope)
    let onto = try space.occupied(destination, in: caller, scope)
    self.source = try from.holding(Frame.self, with: .read)
    self.destination = try onto.holding(Frame.self, with: .write)
    guard self.source.object.order == self.destination.object.order else { throw .invalidArgument }
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
    if progress.source != ids.0 || progress.destination != ids.1 {
      progress = CopyProgress(source: ids.0, destination: ids.1)
    }
    let end = min(progress.pages + Self.pagesPerStep, source.object.pageCount)
    while progress.pages < end {
      space.frames.copy(
        FrameNumber(source.object.block.rawValue + progress.pages),
        to: FrameNumber(destination.object.block.rawValue + progress.pages))
      progress.pages += 1
    }
    guard end == source.object.pageCount else { return .preempted }
    progress = .none
    return .done
  }
}
