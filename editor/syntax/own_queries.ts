/**
 * Queries where a grammar's package has none or leaves something out: highlights, injections and the names of definitions.
 *
 * @module
 */

const PREFIX = "own:";

const COMPONENT_INJECTIONS = `
((script_element
  (start_tag (attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @injection.language)))
  (raw_text) @injection.content)
 (#eq? @_name "lang"))
((script_element (start_tag) @_start (raw_text) @injection.content)
 (#not-match? @_start "lang=")
 (#set! injection.language "javascript"))
((style_element (raw_text) @injection.content)
 (#set! injection.language "css"))
`;

const HCL = `
(comment) @comment
(numeric_lit) @number
[(bool_lit) (null_lit)] @constant.builtin
(string_lit) @string
(quoted_template) @string
(heredoc_template) @string
(template_literal) @string
(identifier) @variable
(body (block (identifier) @keyword))
(block (identifier) (identifier) @type)
(block (string_lit) @type)
(attribute (identifier) @property)
(object_elem key: (expression (variable_expr (identifier) @property)))
(get_attr (identifier) @property)
(function_call (identifier) @function)
((variable_expr (identifier) @type.builtin)
 (#any-of? @type.builtin "bool" "string" "number" "object" "tuple" "list" "map" "set" "any"))
((variable_expr (identifier) @variable.builtin)
 (#any-of? @variable.builtin "var" "local" "module" "data" "path" "each" "self" "count" "terraform"))
["for" "in" "if" "else" "endfor" "endif"] @keyword
["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," "." ":"] @punctuation.delimiter
["!" "!=" "%" "&&" "*" "+" "-" "/" "<" "<=" "=" "==" "=>" ">" ">=" "?" "||"] @operator
(ellipsis) @operator
[(template_interpolation_start) (template_interpolation_end) (template_directive_start) (template_directive_end)] @punctuation.special
(template_interpolation) @embedded
`;

const QUERIES: Readonly<Record<string, string>> = {
  "bash": `
(number) @number
(special_variable_name) @variable.builtin
(simple_expansion "$" @punctuation.special)
(expansion ["\${" "}"] @punctuation.special)
["(" ")" "{" "}" "[" "]" "[[" "]]" "((" "))"] @punctuation.bracket
[";" ";;"] @punctuation.delimiter
["local" "declare" "readonly" "typeset"] @keyword
(ansi_c_string) @string
(regex) @string.regex
(test_operator) @operator
["|" "|&" "="] @operator
`,
  "bash-tags": `
(function_definition name: (word) @name) @definition.function
(program (variable_assignment name: (variable_name) @name) @definition.variable)
`,
  "component-injections": COMPONENT_INJECTIONS,
  "css": `
(class_selector (class_name) @attribute)
(id_selector (id_name) @attribute)
(integer_value (unit) @unit)
(float_value (unit) @unit)
((color_value) @color (#match? @color "^#"))
`,
  "css-tags": `
(rule_set (selectors) @name) @definition.class
(keyframes_statement (keyframes_name) @name) @definition.function
`,
  "hcl": HCL,
  "hcl-tags": `
(config_file (body (block (identifier) @name) @definition.class))
(config_file (body (attribute (identifier) @name) @definition.variable))
`,
  "html-tags": `
((element (start_tag (attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @name)))) @definition.section
 (#eq? @_name "id"))
`,
  "json-tags": `
(pair key: (string (string_content) @name)) @definition.property
`,
  "make-tags": `
(rule (targets) @name) @definition.function
(variable_assignment name: (word) @name) @definition.variable
(define_directive name: (word) @name) @definition.function
`,
  "python": `
(parameters (identifier) @variable.parameter)
(parameters (default_parameter name: (identifier) @variable.parameter))
(parameters (typed_parameter (identifier) @variable.parameter))
(parameters (typed_default_parameter name: (identifier) @variable.parameter))
(lambda_parameters (identifier) @variable.parameter)
(keyword_argument name: (identifier) @variable.parameter)
((identifier) @variable.builtin (#any-of? @variable.builtin "self" "cls"))
(class_definition name: (identifier) @type)
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," "." ":" ";"] @punctuation.delimiter
`,
  "python-tags": `
(class_definition body: (block (function_definition name: (identifier) @name) @definition.method))
(class_definition body: (block (decorated_definition (function_definition name: (identifier) @name)) @definition.method))
`,
  "toml": `
(pair [(bare_key) (quoted_key)] @property)
(table [(bare_key) (dotted_key)] @type)
(table_array_element [(bare_key) (dotted_key)] @type)
`,
  "toml-tags": `
(table [(bare_key) (quoted_key) (dotted_key)] @name) @definition.section
(table_array_element [(bare_key) (quoted_key) (dotted_key)] @name) @definition.section
(pair [(bare_key) (quoted_key) (dotted_key)] @name) @definition.property
`,
  "typescript-tags": `
(enum_declaration name: (identifier) @name) @definition.enum
(type_alias_declaration name: (type_identifier) @name) @definition.type
(public_field_definition name: [(property_identifier) (private_property_identifier)] @name) @definition.property
(method_definition name: [(property_identifier) (private_property_identifier)] @name) @definition.method
(internal_module name: (identifier) @name) @definition.module
(property_signature name: (property_identifier) @name) @definition.property
(program (lexical_declaration (variable_declarator name: (identifier) @name) @definition.variable))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @definition.variable)))
`,
  "yaml-tags": `
(block_mapping_pair key: (_) @name) @definition.property
`,
  "zig-tags": `
(function_declaration name: (identifier) @name) @definition.function
(variable_declaration (identifier) @name (struct_declaration)) @definition.class
(variable_declaration (identifier) @name (enum_declaration)) @definition.enum
(variable_declaration (identifier) @name (union_declaration)) @definition.class
(source_file (variable_declaration . (identifier) @name) @definition.constant)
(test_declaration (string) @name) @definition.function
`,
};

/** Whether a query's name is one of these rather than an asset. */
export function isOwnQuery(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** @throws RangeError for a name that has no query: a mistake in the table of languages */
export function ownQuery(name: string): string {
  const text = QUERIES[name.slice(PREFIX.length)];
  if (text === undefined) throw new RangeError(`Cannot find query "${name}"`);
  return text;
}
