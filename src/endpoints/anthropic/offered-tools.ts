/** The tools that a request offers (Anthropic API reference, "Tools", "Changing tools within a conversation"). */
import { asArray, asObject, asText, type Json, type JsonObject, writeJson } from '../../model/json.js';

/** Tools, and changes of them, that are looked at. */
const TOOLS = 1024;

/**
 * The tools that the model may call at the end of the conversation, as JSON text: those of `tools`, and what the conversation's blocks
 * add and take away in their order.
 */
export function readOfferedTools(body: JsonObject): string[] | undefined {
  const offered = new Map<string, Json>();
  const defined = new Map<string, Json>();
  for (const [index, tool] of (asArray(body['tools']) ?? []).slice(0, TOOLS).entries()) {
    const key = keyOf(asObject(tool), index);
    offered.set(key, tool);
    defined.set(key, tool);
  }
  for (const change of readChanges(body)) apply(change, offered, defined);
  return offered.size === 0 ? undefined : [...offered.values()].map((tool) => writeJson(tool) ?? '');
}

/** Every block of the conversation that changes the tools, also those that a summary keeps of earlier ones. */
function readChanges(body: JsonObject): JsonObject[] {
  const changes: JsonObject[] = [];
  for (const message of asArray(body['messages']) ?? []) {
    for (const entry of asArray(asObject(message)?.['content']) ?? []) {
      const block = asObject(entry);
      const nested = block?.['type'] === 'compaction' ? (asArray(block['tool_changes']) ?? []) : [entry];
      for (const change of nested) {
        const type = asObject(change)?.['type'];
        if (type === 'tool_addition' || type === 'tool_removal') changes.push(change as JsonObject);
      }
      if (changes.length >= TOOLS) return changes;
    }
  }
  return changes;
}

function apply(change: JsonObject, offered: Map<string, Json>, defined: Map<string, Json>): void {
  const tool = asObject(change['tool']);
  const reference = referenceOf(tool);
  if (change['type'] === 'tool_removal') {
    if (reference !== undefined) offered.delete(reference);
    return;
  }
  const definition = tool?.['type'] === 'tool_definition' ? asObject(tool['definition']) : undefined;
  if (definition) {
    const key = keyOf(definition, defined.size);
    offered.delete(key); // it is the last one now
    offered.set(key, definition);
    defined.set(key, definition);
    return;
  }
  const known = reference === undefined ? undefined : defined.get(reference);
  if (reference !== undefined && known !== undefined && !offered.has(reference)) offered.set(reference, known);
}

function keyOf(tool: JsonObject | undefined, index: number): string {
  if (tool?.['type'] === 'mcp_toolset') return `toolset ${asText(tool['mcp_server_name']) ?? ''}`;
  const name = asText(tool?.['name']);
  return name === undefined ? `place ${index}` : `tool ${name}`;
}

function referenceOf(tool: JsonObject | undefined): string | undefined {
  if (tool?.['type'] === 'tool_reference') return `tool ${asText(tool['name']) ?? ''}`;
  if (tool?.['type'] === 'mcp_toolset_reference') return `toolset ${asText(tool['server_name']) ?? ''}`;
  return undefined;
}
