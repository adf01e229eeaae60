import { asObject, asText, type JsonObject, parseJson } from '../../model/json.js';

/**
 * A tool as sent, in the shape of the conventions (OpenTelemetry semantic conventions, "gen_ai.tool.definitions"): a function's name,
 * description and parameters side by side, whatever API it was for; a tool of another kind stays as it is.
 */
export function convertTool(text: string): JsonObject | undefined {
  const tool = asObject(parseJson(text));
  if (!tool) return undefined;
  const type = asText(tool['type']);
  const called = asObject(tool['function']);
  if (called) return functionOf(called, called['parameters']);
  // a tool of Anthropic's says no type, or `custom`; a legacy function of OpenAI's none
  if (tool['input_schema'] !== undefined) return functionOf(tool, tool['input_schema']);
  if (type === undefined || type === 'function') return functionOf(tool, tool['parameters']);
  return tool;
}

function functionOf(tool: JsonObject, parameters: JsonObject[string]): JsonObject {
  return { type: 'function', name: tool['name'], description: tool['description'], parameters };
}
