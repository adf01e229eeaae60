# The sidecar as an image: `docker build -t genai-extproc .`
# It runs as nobody special, writes no file (start it with `--read-only` if you like) and holds no development dependency.
ARG NODE_IMAGE=node:24-bookworm-slim

# Compiles; nothing of this stage but dist/ goes on.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

# The runtime dependencies, from the same lockfile.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM ${NODE_IMAGE} AS runtime
LABEL org.opencontainers.image.title="genai-extproc" \
      org.opencontainers.image.description="GenAI observability from a plain Envoy" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
# Inside a container the loopback address reaches nobody; who may reach these ports is decided where they are published.
ENV NODE_ENV=production \
    GENAI_EXTPROC_LISTEN=0.0.0.0:1063 \
    GENAI_EXTPROC_ADMIN=0.0.0.0:1064
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json envoy.yaml envoy.observe.yaml envoy.pair.yaml LICENSE README.md ./
COPY envoy-protos ./envoy-protos
# The image's unprivileged user "node", as a number so that an orchestrator can see that it is not root.
USER 1000:1000
EXPOSE 1063 1064
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["node", "dist/main.js", "health"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
