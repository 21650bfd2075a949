// swift-tools-version: 6.2
import PackageDescription

// The rooms of the house and what each may import. `Tests/HouseTests` checks the sources against this table,
// so a new arrow is a decision that shows here first.
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "tocsin",
    products: [.executable(name: "tocsin", targets: ["tocsin"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        // Hummingbird brings these: they are named here for what its TLS and its connections are configured with.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .target(name: "CPostgres", linkerSettings: [.linkedLibrary("pq")]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "PromQL"),
        .target(name: "Templates"),
        .target(name: "Alerting", dependencies: ["PromQL", "Templates", heap]),
        .target(name: "Drivers", dependencies: ["CPostgres", "CCurl", deque]),
        .target(name: "Runbooks"),
        .target(name: "Diagnoses", dependencies: ["Runbooks", "Drivers"]),
        .target(name: "Mending", dependencies: ["Diagnoses", "Runbooks", "Drivers", crypto]),
        .target(name: "Settings", dependencies: ["Alerting", "PromQL", "Templates", yams]),
        .target(name: "RuleTests", dependencies: ["Settings", "Alerting", "PromQL"]),
        .target(
            name: "Probes", dependencies: ["Drivers", "Alerting", "PromQL"]),
        .target(name: "History", dependencies: ["Alerting", "PromQL", grdb]),
        .target(name: "Delivery", dependencies: ["Drivers", "Alerting", "PromQL", "Templates", crypto]),
        .target(
            name: "Agent",
            dependencies: [
                "Settings", "Probes", "Runbooks", "Diagnoses", "History", "Delivery", "Drivers", "Alerting", "PromQL",
                "Templates", logging, lifecycle, signals, hummingbird, hummingbirdTLS, nio, nioHTTPTypes,
                nioSSL, crypto,
            ]),
        .executableTarget(
            name: "tocsin",
            dependencies: [
                "Agent", "Settings", "Runbooks", "Diagnoses", "Mending", "RuleTests", "Probes", "History", "Delivery",
                "Drivers", "Alerting", "PromQL", "Templates", argumentParser, logging, lifecycle, hummingbird,
            ]),

        .target(name: "Support", dependencies: ["Alerting", "PromQL", "Drivers"], path: "Tests/Support"),
        .testTarget(name: "HouseTests"),
        .testTarget(name: "PromQLTests", dependencies: ["PromQL", "Drivers", "Support"]),
        .testTarget(name: "TemplatesTests", dependencies: ["Templates"]),
        .testTarget(name: "AlertingTests", dependencies: ["Alerting", "PromQL", "Templates", "Support"]),
        .testTarget(
            name: "ModelTests", dependencies: ["Alerting", "History", "PromQL", "Support"], path: "Tests/Model"),
        .testTarget(name: "ParlantTests", dependencies: ["Drivers", "Support"]),
        .testTarget(name: "DriversTests", dependencies: ["Drivers", "Support"]),
        .testTarget(name: "RunbooksTests", dependencies: ["Runbooks", "Diagnoses", "Mending", "Drivers", "Support"]),
        .testTarget(name: "SettingsTests", dependencies: ["Settings", "Alerting", "PromQL", "Templates", "Support"]),
        .testTarget(
            name: "FuzzTests",
            dependencies: ["PromQL", "Templates", "Alerting", "Settings", "RuleTests", "Probes", "Support"],
            path: "Tests/Fuzz"),
        .testTarget(name: "RuleTestsTests", dependencies: ["RuleTests", "Settings", "Alerting", "PromQL", "Support"]),
        .testTarget(name: "ProbesTests", dependencies: ["Probes", "Drivers", "Alerting", "PromQL", "Support"]),
        .testTarget(name: "HistoryTests", dependencies: ["History", "Alerting", "PromQL", "Support", grdb]),
        .testTarget(name: "DeliveryTests", dependencies: ["Delivery", "Drivers", "Alerting", "PromQL", "Support"]),
        .testTarget(
            name: "AgentTests",
            dependencies: [
                "Agent", "Settings", "Probes", "Runbooks", "History", "Delivery", "Drivers", "Alerting", "PromQL",
                "Support", hummingbird, hummingbirdTesting, logging, lifecycle,
            ]),
        .testTarget(
            name: "ScenariosTests",
            dependencies: [
                "Support", "Drivers", "Agent", "Settings", "Probes", "Alerting", "PromQL", "Mending", "Runbooks",
                "tocsin",
            ],
            path: "Tests/Scenarios",
            exclude: ["crash-test", "DoctorTexts"]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where !["CPostgres", "CCurl"].contains(target.name) {
    var settings = target.swiftSettings ?? []
    settings += [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]
    target.swiftSettings = settings
}
