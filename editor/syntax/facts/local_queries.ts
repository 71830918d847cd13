/**
 * Where names are bound, by language: scopes and the names that are defined in them. For renaming within a file.
 *
 * `@scope` is a node in which names live; `@name` a name defined in the innermost scope around it; `@outer` one defined in the
 * scope around that: the name of a function is known where the function stands, its parameters inside. `@function` is a name that,
 * as JavaScript's `var`, lives in the innermost `@scope.function`.
 *
 * @module
 */

const ECMASCRIPT = `
(program) @scope.function
[(function_declaration) (function_expression) (arrow_function) (method_definition) (generator_function) (generator_function_declaration)] @scope.function
[(statement_block) (for_statement) (for_in_statement) (catch_clause) (class_body) (switch_body)] @scope
(function_declaration name: (identifier) @outer)
(generator_function_declaration name: (identifier) @outer)
(function_expression name: (identifier) @name)
(class_declaration name: (_) @name)
(lexical_declaration (variable_declarator name: (identifier) @name))
(variable_declaration (variable_declarator name: (identifier) @function))
(for_in_statement left: (identifier) @name)
(catch_clause parameter: (identifier) @name)
(arrow_function parameter: (identifier) @name)
(import_specifier name: (identifier) @name !alias)
(import_specifier alias: (identifier) @name)
(import_clause (identifier) @name)
(namespace_import (identifier) @name)
(object_pattern (shorthand_property_identifier_pattern) @name)
(object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)
(pair_pattern value: (identifier) @name)
(pair_pattern value: (assignment_pattern left: (identifier) @name))
(array_pattern (identifier) @name)
(array_pattern (assignment_pattern left: (identifier) @name))
(rest_pattern (identifier) @name)
`;

const JAVASCRIPT = `${ECMASCRIPT}
(formal_parameters (identifier) @name)
(formal_parameters (assignment_pattern left: (identifier) @name))
`;

const TYPESCRIPT = `${ECMASCRIPT}
[(interface_declaration) (type_alias_declaration) (function_signature) (function_type) (internal_module)] @scope
(required_parameter pattern: (identifier) @name)
(optional_parameter pattern: (identifier) @name)
(interface_declaration name: (type_identifier) @outer)
(type_alias_declaration name: (type_identifier) @outer)
(enum_declaration name: (identifier) @name)
(type_parameter name: (type_identifier) @name)
`;

const QUERIES: Readonly<Record<string, string>> = {
  "JavaScript": JAVASCRIPT,
  "TypeScript": TYPESCRIPT,
  "TypeScript (React)": TYPESCRIPT,
  "Python": `
(module) @scope.function
[(function_definition) (lambda) (class_definition)] @scope.function
[(list_comprehension) (set_comprehension) (dictionary_comprehension) (generator_expression)] @scope
(function_definition name: (identifier) @outer)
(class_definition name: (identifier) @outer)
(parameters (identifier) @name)
(parameters (default_parameter name: (identifier) @name))
(parameters (typed_parameter (identifier) @name))
(parameters (typed_default_parameter name: (identifier) @name))
(parameters (list_splat_pattern (identifier) @name))
(parameters (dictionary_splat_pattern (identifier) @name))
(lambda_parameters (identifier) @name)
(assignment left: (identifier) @name)
(assignment left: (pattern_list (identifier) @name))
(assignment left: (tuple_pattern (identifier) @name))
(named_expression name: (identifier) @name)
(for_statement left: (identifier) @name)
(for_statement left: (pattern_list (identifier) @name))
(for_in_clause left: (identifier) @name)
(for_in_clause left: (pattern_list (identifier) @name))
(as_pattern_target (identifier) @name)
(import_statement name: (dotted_name . (identifier) @name))
(import_from_statement name: (dotted_name (identifier) @name))
(aliased_import alias: (identifier) @name)
`,
  "Rust": `
(source_file) @scope.function
[(function_item) (closure_expression)] @scope.function
[(block) (match_arm) (for_expression) (if_expression) (while_expression) (impl_item) (trait_item)] @scope
(function_item name: (identifier) @outer)
(parameter pattern: (identifier) @name)
(parameter pattern: (mut_pattern (identifier) @name))
(closure_parameters (identifier) @name)
(let_declaration pattern: (identifier) @name)
(let_declaration pattern: (mut_pattern (identifier) @name))
(let_declaration pattern: (tuple_pattern (identifier) @name))
(let_condition pattern: (_ (identifier) @name))
(for_expression pattern: (identifier) @name)
(for_expression pattern: (tuple_pattern (identifier) @name))
(match_pattern (identifier) @name)
(match_pattern (tuple_struct_pattern (identifier) @name))
(const_item name: (identifier) @name)
(static_item name: (identifier) @name)
(struct_item name: (type_identifier) @name)
(enum_item name: (type_identifier) @name)
(type_parameter name: (type_identifier) @name)
`,
  "Go": `
(source_file) @scope.function
[(function_declaration) (method_declaration) (func_literal)] @scope.function
[(block) (for_statement) (if_statement) (expression_switch_statement) (type_switch_statement) (communication_case) (expression_case)] @scope
(function_declaration name: (identifier) @outer)
(parameter_declaration name: (identifier) @name)
(variadic_parameter_declaration name: (identifier) @name)
(short_var_declaration left: (expression_list (identifier) @name))
(var_spec name: (identifier) @name)
(const_spec name: (identifier) @name)
(range_clause left: (expression_list (identifier) @name))
(type_spec name: (type_identifier) @name)
`,
  "Java": `
(program) @scope.function
[(method_declaration) (constructor_declaration) (lambda_expression)] @scope.function
[(block) (for_statement) (enhanced_for_statement) (catch_clause) (class_body) (try_with_resources_statement)] @scope
(formal_parameter name: (identifier) @name)
(spread_parameter (variable_declarator name: (identifier) @name))
(catch_formal_parameter name: (identifier) @name)
(lambda_expression parameters: (identifier) @name)
(inferred_parameters (identifier) @name)
(local_variable_declaration declarator: (variable_declarator name: (identifier) @name))
(enhanced_for_statement name: (identifier) @name)
(resource name: (identifier) @name)
(field_declaration declarator: (variable_declarator name: (identifier) @name))
(class_declaration name: (identifier) @name)
`,
  "C": `
(translation_unit) @scope.function
[(function_definition)] @scope.function
[(compound_statement) (for_statement)] @scope
(function_definition declarator: (function_declarator declarator: (identifier) @outer))
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @outer)))
(parameter_declaration declarator: (identifier) @name)
(parameter_declaration declarator: (pointer_declarator declarator: (identifier) @name))
(parameter_declaration declarator: (array_declarator declarator: (identifier) @name))
(declaration declarator: (identifier) @name)
(declaration declarator: (init_declarator declarator: (identifier) @name))
(declaration declarator: (init_declarator declarator: (pointer_declarator declarator: (identifier) @name)))
(declaration declarator: (pointer_declarator declarator: (identifier) @name))
(declaration declarator: (array_declarator declarator: (identifier) @name))
(declaration declarator: (init_declarator declarator: (array_declarator declarator: (identifier) @name)))
`,
};

/** The query of a language; undefined where names are not followed. */
export function localQuery(language: string): string | undefined {
  return Object.hasOwn(QUERIES, language) ? QUERIES[language] : undefined;
}
