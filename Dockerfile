# The image: one static binary FROM scratch. The same file builds linux/amd64 and linux/arm64; the compiler always
# runs on the builder's own platform, so a foreign target is cross-compiled, not emulated.
#
#     docker build -t socle .
#     docker buildx build --platform linux/amd64,linux/arm64 -t ghcr.io/OWNER/socle --push .

ARG RUST_VERSION=1.95

FROM --platform=$BUILDPLATFORM rust:${RUST_VERSION}-slim-bookworm AS toolchain
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# Linked into the binary: no C library is needed where it runs. Naming a target (below) keeps this off build scripts
# and procedural macros, which must stay dynamic. Relative relocations are packed: that alone saves 0.3 MB.
ENV RUSTFLAGS="-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs"

# One stage for each platform; the build takes the one that TARGETARCH names. The linker bears the same name whether it
# is the native one or a cross-compiler: only the latter has to be installed.
FROM toolchain AS toolchain-amd64
ENV CARGO_BUILD_TARGET=x86_64-unknown-linux-gnu \
    CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER=x86_64-linux-gnu-gcc \
    CC_x86_64_unknown_linux_gnu=x86_64-linux-gnu-gcc
# hadolint ignore=DL3008
RUN if ! command -v x86_64-linux-gnu-gcc; then \
        apt-get update; \
        apt-get install -y --no-install-recommends gcc-x86-64-linux-gnu libc6-dev-amd64-cross; \
        rm -rf /var/lib/apt/lists/*; \
        rustup target add "$CARGO_BUILD_TARGET"; \
    fi

FROM toolchain AS toolchain-arm64
ENV CARGO_BUILD_TARGET=aarch64-unknown-linux-gnu \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
    CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc
# hadolint ignore=DL3008
RUN if ! command -v aarch64-linux-gnu-gcc; then \
        apt-get update; \
        apt-get install -y --no-install-recommends gcc-aarch64-linux-gnu libc6-dev-arm64-cross; \
        rm -rf /var/lib/apt/lists/*; \
        rustup target add "$CARGO_BUILD_TARGET"; \
    fi

# hadolint ignore=DL3006
FROM toolchain-${TARGETARCH} AS build
WORKDIR /src
# The dependencies, behind an empty program: this layer lasts until a manifest changes.
COPY .cargo .cargo
COPY Cargo.toml Cargo.lock ./
RUN mkdir src; \
    echo 'fn main() {}' >src/main.rs; \
    touch src/lib.rs; \
    cargo build --release --locked

# The program. Cargo judges freshness by time, and a checkout may be older than the empty program: hence `touch`.
COPY build.rs ./
COPY migrations migrations
COPY static static
COPY src src
RUN touch src/main.rs src/lib.rs; \
    cargo build --release --locked; \
    install -D "target/$CARGO_BUILD_TARGET/release/socle" /image/usr/local/bin/socle; \
    install -D -m 0644 /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ca-certificates.crt; \
    install -d -o 65532 -g 65532 /image/data

FROM scratch
COPY --from=build /image/ /

# The only writable path. A new named volume mounted here inherits this folder's owner.
VOLUME ["/data"]
USER 65532:65532
ENV PATH=/usr/local/bin \
    SQLITE_TMPDIR=/data \
    ADDRESS=0.0.0.0 \
    DATABASE_URL=sqlite:/data/socle.db \
    LOG_FORMAT=json
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["socle", "healthcheck"]
ENTRYPOINT ["socle"]

ARG VERSION=unversioned
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ARG SOURCE=""
LABEL org.opencontainers.image.title="Socle" \
      org.opencontainers.image.description="A folder of SQL migrations becomes a running backend: REST API, pages and OpenAPI over SQLite, in one binary." \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.source="$SOURCE"
