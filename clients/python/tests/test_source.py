import ast
import sys
import unittest

from portal_double import TC_PORTAL, tc_portal

with open(TC_PORTAL, encoding="utf-8") as _file:
    SOURCE = _file.read()


class TheFile(unittest.TestCase):
    def test_it_parses_as_python_3_8(self) -> None:
        ast.parse(SOURCE, feature_version=(3, 8))

    @unittest.skipUnless(hasattr(sys, "stdlib_module_names"), "needs Python 3.10")
    def test_it_imports_the_standard_library_only(self) -> None:
        modules = set()
        for node in ast.walk(ast.parse(SOURCE)):
            if isinstance(node, ast.Import):
                modules.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                self.assertEqual(node.level, 0)
                modules.add(str(node.module).split(".")[0])
        self.assertEqual(modules - set(sys.stdlib_module_names), set())

    def test_it_uses_no_method_newer_than_python_3_8(self) -> None:
        for name in ("removeprefix", "removesuffix", "to_thread", "stdlib_module_names", "datetime.UTC"):
            self.assertNotIn(name, SOURCE)

    def test_its_public_names_exist(self) -> None:
        for name in tc_portal.__all__:
            self.assertTrue(hasattr(tc_portal, name), name)

    def test_its_manual_is_japanese_first_then_english(self) -> None:
        manual = tc_portal.__doc__ or ""
        self.assertLess(manual.index("このファイルを"), manual.index("Copy this file"))
        self.assertLess(len(manual.splitlines()), 40)
