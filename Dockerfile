# The program without its development dependencies, run by an account that may write its data alone.
FROM node:24-slim AS dependencies
WORKDIR /opt/doorbell
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production \
    DOORBELL_CONFIG=/etc/doorbell/doorbell.yaml \
    DOORBELL_HEALTH_URL=http://127.0.0.1:8080/healthz
WORKDIR /opt/doorbell
COPY --from=dependencies /opt/doorbell/node_modules ./node_modules
COPY package.json LICENSE* ./
COPY bin ./bin
COPY src ./src
COPY adapters ./adapters
COPY manifest ./manifest
RUN install -d -o node -g node -m 0700 /var/lib/doorbell
VOLUME /var/lib/doorbell
USER node
EXPOSE 8080
# 503 tells that a person should look, with the reasons; see docs/operations.md.
HEALTHCHECK --interval=1m --timeout=10s --start-period=2m --retries=15 \
  CMD ["node", "-e", "fetch(process.env.DOORBELL_HEALTH_URL).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/doorbell.js"]
CMD ["serve"]
