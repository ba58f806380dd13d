// TABLE
// One row per rule of the boot configuration: the change to the system that breaks it, the error.

import Bootstrap
import CapABI
import Handoff

extension BrokenRule {
  static let launch = [
    BrokenRule("unknown role", .unknownRole(RoleID(rawValue: 0x90))) {
      $0.services.append(.program(0x90))
    },
    BrokenRule("highest number that is no program's", .unknownRole(RoleID(rawValue: 0xFFF))) {
      $0.services.append(.program(0xFFF))
    },
    BrokenRule("role twice", .duplicateRole(.memd)) {
      $0.services.insert($0.services[1], at: 1)
    },
    BrokenRule("service by rootd", .wrongLaunchKind(.named, found: .rootd)) {
      $0[.named].entry.launchKind = .rootd
    },
    BrokenRule("foundation by procd", .wrongLaunchKind(.memd, found: .procd)) {
      $0[.memd].entry.launchKind = .procd
    },
    BrokenRule("driver by procd", .wrongLaunchKind(.drvSerial, found: .procd)) {
      $0[.drvSerial].entry.launchKind = .procd
    },
    BrokenRule("service as program", .wrongLaunchKind(.logd, found: .program)) {
      $0[.logd].entry.launchKind = .program
    },
    BrokenRule("driver without deviced", .missingLauncher(.drvSerial, launcher: .deviced)) {
      $0.services.removeAll { $0.entry.role == .deviced }
    },
    BrokenRule("service without procd", .missingLauncher(.named, launcher: .procd)) {
      $0.services.removeAll { $0.entry.role == .procd }
    },
    BrokenRule("no rootd", .missingLauncher(.memd, launcher: .rootd)) {
      $0.services.removeFirst()
    },
    BrokenRule("priority 0", .priorityZero(.logd)) { $0[.logd].entry.priority = 0 },
    BrokenRule("affinity 0", .affinityZero(.logd)) { $0[.logd].entry.affinity = 0 },
    BrokenRule("budget 0", .budgetZero(.logd)) { $0[.logd].entry.budget = 0 },
    BrokenRule("CSpace not a power of two", .badCSpaceSize(.logd, found: 4095)) {
      $0[.logd].entry.cspaceSlots = 4095
    },
    BrokenRule("CSpace too small", .badCSpaceSize(.logd, found: 32)) {
      $0[.logd].entry.cspaceSlots = 32
    },
    BrokenRule("CSpace too large", .badCSpaceSize(.logd, found: 1 << 21)) {
      $0[.logd].entry.cspaceSlots = 1 << 21
    },
    BrokenRule("no system call", .noSyscalls(.logd)) { $0[.logd].entry.syscalls = .none },
    BrokenRule("never with a limit", .badRestartPolicy(.memd)) {
      $0[.memd].entry.restart.maximumRestarts = 1
    },
    BrokenRule("limit without window", .badRestartPolicy(.logd)) {
      $0[.logd].entry.restart.windowSeconds = 0
    },
    BrokenRule("window without limit", .badRestartPolicy(.logd)) {
      $0[.logd].entry.restart.maximumRestarts = 0
    },
    BrokenRule("back-off shrinks", .badRestartPolicy(.logd)) {
      $0[.logd].entry.restart.longestBackoffMilliseconds = 99
    },
    BrokenRule("optional foundation", .foundationPolicy(.pagerd)) {
      $0[.pagerd].entry.isRequired = false
    },
    BrokenRule("restarted foundation", .foundationPolicy(.pagerd)) {
      $0[.pagerd].entry.restart.mode = .always
    },
    BrokenRule("awaited driver", .wrongValidation(.drvSerial, found: .ready)) {
      $0[.drvSerial].entry.validation = .ready
    },
    BrokenRule("service not awaited", .wrongValidation(.logd, found: .intent)) {
      $0[.logd].entry.validation = .intent
    },
    BrokenRule("required driver", .requiredDriver(.drvSerial)) {
      $0[.drvSerial].entry.isRequired = true
    },
    BrokenRule("dependency on itself", .selfDependency(.logd)) {
      $0[.logd].dependencies = [Dependency(.logd)]
    },
    BrokenRule("missing dependency", .missingDependency(.logd, dependency: .keyd)) {
      $0[.logd].dependencies = [Dependency(.keyd)]
    },
    BrokenRule(
      "service waits for a driver", .driverDependency(.seriald, driver: .drvSerial)
    ) { $0[.seriald].dependencies = [Dependency(.drvSerial)] },
    BrokenRule("foundation out of order", .foundationOrder(.memd, dependency: .pagerd)) {
      $0[.memd].dependencies = [Dependency(.pagerd)]
    },
    BrokenRule("foundation waits for a service", .foundationOrder(.procd, dependency: .named)) {
      $0[.procd].dependencies = [Dependency(.named)]
    },
    BrokenRule("cycle of two", .dependencyCycle(.timed, dependency: .named)) {
      $0[.named].dependencies = [Dependency(.timed)]
    },
    BrokenRule("cycle of three", .dependencyCycle(.crashd, dependency: .named)) {
      $0[.timed].dependencies = []
      $0[.crashd].dependencies = [Dependency(.named)]
      $0[.named].dependencies = [Dependency(.logd)]
      $0[.logd].dependencies = [Dependency(.crashd)]
    },
  ]

  static let edges = [
    BrokenRule("edge to itself", .selfEdge(.named)) {
      $0[.named].edges.append(
        PeerEdge(peer: .named, mode: .notify, badge: Badge(rawValue: 0x1_0001)))
    },
    BrokenRule("edge to nobody", .missingPeer(.named, peer: .keyd)) {
      $0[.named].edges.append(
        PeerEdge(peer: .keyd, mode: .notify, badge: Badge(rawValue: 0x1_0001)))
    },
    BrokenRule("edge without badge", .badgeZero(.named, peer: .timed)) {
      $0[.named].edges.append(PeerEdge(peer: .timed, mode: .notify, badge: .none))
    },
    BrokenRule(
      "badge below the faces", .badgeOutsideFaces(.named, peer: .timed, Badge(rawValue: 0xFFFF))
    ) {
      $0[.named].edges.append(
        PeerEdge(peer: .timed, mode: .notify, badge: Badge(rawValue: 0xFFFF)))
    },
    BrokenRule(
      "badge above the faces",
      .badgeOutsideFaces(.named, peer: .timed, Badge(rawValue: 0x6_0000))
    ) {
      $0[.named].edges.append(
        PeerEdge(peer: .timed, mode: .notify, badge: Badge(rawValue: 0x6_0000)))
    },
    BrokenRule(
      "one badge for two",
      .duplicateBadge(.timed, other: .logd, peer: .named, Badge(rawValue: 0x1_0012))
    ) {
      let badge = FaceBase.public.badge(of: .timed)
      $0[.logd].edges[2].badge = badge
    },
    BrokenRule("procd calls what it launched", .supervisorCall(.procd, peer: .named)) {
      for index in $0[.procd].edges.indices where $0[.procd].edges[index].peer == .named {
        $0[.procd].edges[index].mode = .call
        $0[.procd].edges[index].deadlineMilliseconds = 1
      }
    },
    BrokenRule("deviced calls its driver", .supervisorCall(.deviced, peer: .drvSerial)) {
      for index in $0[.deviced].edges.indices where $0[.deviced].edges[index].peer == .drvSerial {
        $0[.deviced].edges[index].mode = .call
      }
    },
    BrokenRule("call without deadline", .callWithoutDeadline(.timed, peer: .named)) {
      for index in $0[.timed].edges.indices where $0[.timed].edges[index].peer == .named {
        $0[.timed].edges[index].deadlineMilliseconds = 0
      }
    },
    BrokenRule("circle of calls", .callCycle(.timed, peer: .named)) {
      $0[.named].connect(40, to: .timed, .public, .call, flags: .acquired)
    },
  ]

  static let capabilities = [
    BrokenRule(
      "slot outside the CSpace", .capabilityOutsideCSpace(.procd, CapSlot(rawValue: 1182))
    ) { $0[.procd].entry.cspaceSlots = 1024 },
    BrokenRule(
      "capability without edge",
      .undeclaredEdge(.named, peer: .procd, Badge(rawValue: 0x5_0011))
    ) { $0[.named].edges = [] },
    BrokenRule(
      "edge without capability",
      .edgeWithoutCapability(.named, peer: .timed, Badge(rawValue: 0x1_0011))
    ) {
      $0[.named].edges.append(
        PeerEdge(peer: .timed, mode: .notify, badge: FaceBase.public.badge(of: .named)))
    },
    BrokenRule(
      "edge with a capability in custody",
      .edgeWithoutCapability(.seriald, peer: .drvSerial, Badge(rawValue: 0x3_0031))
    ) { $0[.seriald].last.flags = .all },
    BrokenRule(
      "call through a notification",
      .edgeWithoutCapability(.seriald, peer: .drvSerial, Badge(rawValue: 0x3_0031))
    ) { $0[.seriald].last.descriptor.type = .notification },
    BrokenRule(
      "start capability missing", .intakeMismatch(.named, .missing(StartupSlot.endpoint))
    ) { $0[.named].capabilities.removeFirst() },
    BrokenRule(
      "last start capability missing",
      .intakeMismatch(.memd, .missing(CapSlot(rawValue: StartupSlot.firstResource)))
    ) { $0[.memd].capabilities.removeLast() },
    BrokenRule(
      "start capability too much", .intakeMismatch(.seriald, .unexpected(CapSlot(rawValue: 24)))
    ) { $0[.seriald].last.flags = .none },
    BrokenRule(
      "start capability between", .intakeMismatch(.logd, .unexpected(CapSlot(rawValue: 6)))
    ) {
      let frame = TransferDescriptor(
        slot: CapSlot(rawValue: 6), type: .frame, rights: .read)
      $0[.logd].capabilities.insert(DeclaredCapability(frame), at: 4)
    },
    BrokenRule(
      "wrong type",
      .intakeMismatch(
        .memd,
        .wrongType(CapSlot(rawValue: 64), found: .deviceUntyped, expected: .untyped))
    ) { $0[.memd].last.descriptor.type = .deviceUntyped },
    BrokenRule(
      "wrong family",
      .intakeMismatch(
        .memd, .wrongKind(CapSlot(rawValue: 8), found: .power, expected: .memory))
    ) { $0[.memd].capabilities[3].descriptor.kind = .power },
    BrokenRule(
      "wrong rights",
      .intakeMismatch(
        .memd,
        .wrongRights(CapSlot(rawValue: 64), found: .read, expected: .read | .manage))
    ) { $0[.memd].last.descriptor.rights = .read },
    BrokenRule(
      "wrong peer",
      .intakeMismatch(
        .memd, .wrongPeer(StartupSlot.supervisor, found: .procd, expected: .rootd))
    ) {
      $0[.memd].capabilities[2].descriptor.peer = .procd
      $0[.memd].edges[0].peer = .procd
    },
    BrokenRule(
      "run too long", .intakeMismatch(.memd, .unexpected(CapSlot(rawValue: 64 + 1024)))
    ) { $0[.memd].last.count = 1025 },
  ]
}

extension ServiceDraft {
  /// The capability in the highest slot, which is there.
  fileprivate var last: DeclaredCapability {
    get { capabilities[capabilities.count - 1] }
    set { capabilities[capabilities.count - 1] = newValue }
  }
}
